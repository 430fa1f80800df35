import { chromium, type Page } from 'playwright'
import { createProgressStore } from '../../electron/core/store/progress-store.ts'
import { systemClock } from '../../electron/core/platform/clock.ts'
import { dataPaths } from '../../electron/core/platform/paths.ts'
import { acquireOwnership } from '../../electron/core/store/ownership.ts'
import { installedBrowser } from '../../tests/e2e/find-browser.ts'
import { sayHi } from '../../tests/model-server/scripts/say-hi.ts'
import { z } from 'zod'
import type { BenchOptions, Figure, FigureGroup } from '../figure.ts'
import { createStand, succeed, type Stand } from '../place.ts'
import { figure, round } from '../stats.ts'

const OPENINGS = { full: 7, quick: 2 }
const EVENTS = { full: 20_000, quick: 4000 }
const SETTLE_MS = 1500
const WAIT_LIMIT_MS = 60_000

/** The window's content from its built files, in Chromium against `rainy serve --ui`. */
async function run({ quick, say }: BenchOptions): Promise<Record<string, Figure>> {
  const executablePath = installedBrowser()
  if (!executablePath) throw new Error('there is no Chromium to measure the window in; RAINY_BROWSER names one')
  const events = quick ? EVENTS.quick : EVENTS.full
  await using stand = await createStand(sayHi)
  await succeed(stand.start(['run', 'hi', '--yes']))
  fillTask(stand, events)
  const serving = stand.start(['serve', '--ui'])
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const { app } = z.object({ app: z.string() }).parse(JSON.parse(await serving.firstLine))
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(app)
    await page.getByRole('option').first().waitFor()
    const paints: number[] = []
    for (let n = 0; n < (quick ? OPENINGS.quick : OPENINGS.full); n += 1) paints.push(await firstPaint(page))
    const frames = await framesWhileFollowing(page, events)
    say(`window: first paint ${round(Math.max(...paints))} ms at most, longest frame ${round(Math.max(...frames))} ms of ${frames.length}`)
    return {
      "first paint of the window's content": figure(paints, { unit: 'ms', target: 300 }),
      [`frame time while ${events} progress events arrive, longest`]: figure(frames, { unit: 'ms', target: 50, by: 'max' }),
    }
  } finally {
    await browser.close()
    serving.child.kill('SIGTERM')
    await serving.ended
  }
}

/** A finished task whose past is long: all of it arrives when it is opened. */
function fillTask({ dataDir }: Stand, events: number): void {
  const ownership = acquireOwnership({ paths: dataPaths(dataDir, {}), kind: 'command', clock: systemClock, version: '0.0.0' })
  if (!ownership) throw new Error('another process owns the data folder')
  const { db } = ownership
  try {
    const row = db.raw.prepare<[], { id: string }>('SELECT id FROM tasks').get()
    if (!row) throw new Error('there is no task')
    const progress = createProgressStore(db, systemClock)
    db.transaction(() => {
      for (let n = 0; n < events / 2; n += 1) {
        const call = { callId: `call-${n}`, tool: 'read_file' } as const
        progress.append(row.id, { type: 'tool', ...call, status: 'pending', args: { path: `src/module-${n}.ts` } })
        progress.append(row.id, { type: 'tool', ...call, status: 'success', durationMs: 1, summary: `${n} lines` })
      }
    })
  } finally {
    ownership.release()
  }
}

async function firstPaint(page: Page): Promise<number> {
  await page.reload()
  await page.getByRole('option').first().waitFor()
  return page.evaluate(async () => {
    const found = (): number | undefined => performance.getEntriesByName('first-contentful-paint')[0]?.startTime
    while (found() === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
    return found() ?? Number.NaN
  })
}

/** Opens the long task and notes the time of each frame until it is all there and drawn. */
async function framesWhileFollowing(page: Page, events: number): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { frameTimes: times })
    const note = (at: number): void => {
      times.push(at)
      requestAnimationFrame(note)
    }
    requestAnimationFrame(note)
  })
  await page.getByRole('option').first().click()
  await page.getByText(`module-${events / 2 - 1}.ts`).first().waitFor({ timeout: WAIT_LIMIT_MS })
  await page.waitForTimeout(SETTLE_MS)
  const times = z.array(z.number()).parse(await page.evaluate(() => Reflect.get(window, 'frameTimes') as unknown))
  return times.slice(1).map((at, index) => at - (times[index] ?? at))
}

export const windowFigures: FigureGroup = { name: 'window', run }
