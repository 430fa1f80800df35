import type { FigureGroup } from './figure.ts'
import { durableStep } from './figures/durable-step.ts'
import { gitStatus } from './figures/git-status.ts'
import { manyRuns } from './figures/many-runs.ts'
import { requestSize } from './figures/request-size.ts'
import { restart } from './figures/restart.ts'
import { search } from './figures/search.ts'
import { slowReads } from './figures/slow-reads.ts'
import { start } from './figures/start.ts'
import { toolOverhead } from './figures/tool-overhead.ts'
import { turn } from './figures/turn.ts'
import { windowFigures } from './figures/window.ts'

export const GROUPS: FigureGroup[] = [start, turn, requestSize, slowReads, durableStep, toolOverhead, restart, manyRuns, search, gitStatus, windowFigures]
