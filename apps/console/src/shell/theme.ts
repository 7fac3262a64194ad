/** `system`: what the browser prefers. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const key = 'voiceassist-theme'

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(key)
  return themes.find(theme => theme === kept) ?? 'system'
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(key, theme)
  applyTheme(theme)
}

/** Charts are drawn with the colours of the moment: they listen for `themechange` on the window. */
export function applyTheme(theme: Theme = chosenTheme()): void {
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme
  dispatchEvent(new Event('themechange'))
}
