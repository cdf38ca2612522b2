import type { EmbedTheme } from '../../protocol/embed-policy.ts';

/** Makes the page light or dark whatever the system says: its own rules for dark systems are switched on or off. */
export function applyTheme(theme: EmbedTheme): void {
  if (theme === 'auto') return;
  document.documentElement.style.colorScheme = theme;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule instanceof CSSMediaRule && rule.conditionText.includes('prefers-color-scheme'))
        rule.media.mediaText = rule.conditionText.includes('dark') === (theme === 'dark') ? 'all' : 'not all';
    }
  }
}
