import type { Page } from '@playwright/test'

/** The least contrast of text to its ground that is readable, as WCAG AA has it; disabled controls are let off. */
const LEAST_CONTRAST = 4.5

/**
 * What a checker of roles and names would find in the page as it stands: controls without a name, ids that occur twice,
 * references to nothing, wrong roles inside lists, text that is too faint. One line each; none is good.
 */
export function accessibilityFaults(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const faults: string[] = []
    const shown = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    const describe = (element: Element): string => `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}">`
    const nameOf = (element: Element): string => {
      const labelled = (element.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => (id === '' ? '' : (document.getElementById(id)?.textContent ?? ''))).join(' ')
      const label = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement ? (element.labels?.[0]?.textContent ?? '') : (element.textContent ?? '')
      return [element.getAttribute('aria-label') ?? '', labelled, label].join('').trim()
    }

    const controls = 'button, a[href], input, select, textarea, [tabindex="0"], [role="dialog"], dialog, [role="listbox"], [role="tab"], [role="group"]'
    for (const element of document.querySelectorAll(controls)) if (shown(element) && nameOf(element) === '') faults.push(`no name: ${describe(element)}`)

    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id)
    for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) faults.push(`the id ${id} occurs twice`)
    for (const attribute of ['aria-controls', 'aria-labelledby', 'aria-activedescendant']) {
      for (const element of document.querySelectorAll(`[${attribute}]`)) {
        if (shown(element) && !document.getElementById(element.getAttribute(attribute) ?? '')) faults.push(`${attribute} of ${describe(element)} names nothing`)
      }
    }
    for (const option of document.querySelectorAll('[role="option"]')) if (!option.closest('[role="listbox"]')) faults.push(`an option outside a list: ${describe(option)}`)
    for (const image of document.querySelectorAll('svg')) if (shown(image) && image.getAttribute('aria-hidden') !== 'true') faults.push(`a picture that is not hidden and has no name: ${describe(image)}`)
    if (document.querySelectorAll('main').length !== 1) faults.push('there is not exactly one main')
    if (document.querySelectorAll('h1').length !== 1) faults.push('there is not exactly one h1')
    if (document.documentElement.lang === '') faults.push('the page names no language')

    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const painted = (colours: string[]): [number, number, number] => {
      if (!canvas) return [0, 0, 0]
      canvas.clearRect(0, 0, 1, 1)
      for (const colour of colours) {
        canvas.fillStyle = colour
        canvas.fillRect(0, 0, 1, 1)
      }
      const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data
      return [red, green, blue]
    }
    const luminance = (colour: [number, number, number]): number => {
      const [red = 0, green = 0, blue = 0] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const grounds = (element: Element | null): string[] => (element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [])
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement
      if (!element || (node.textContent ?? '').trim() === '' || !shown(element) || element.closest(':disabled, .sr-only, option, .xterm, script, style')) continue
      const behind = grounds(element)
      const [text, ground] = [luminance(painted([...behind, getComputedStyle(element).color])), luminance(painted(behind))]
      const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
      if (contrast < least) faults.push(`contrast ${contrast.toFixed(1)}: ${describe(element)} ${(node.textContent ?? '').trim().slice(0, 30)}`)
    }
    return [...new Set(faults)]
  }, LEAST_CONTRAST)
}
