import { PortillonMark } from '@portillon/ui/portillon-mark.tsx';
import type { ReactNode } from 'react';
import type { Language, Words } from './words.ts';

export interface PageBarProps {
  readonly text: Words;
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
  /** Null for who is not signed in. */
  readonly onSignOut: (() => void) | null;
  /** Where one can go from here. */
  readonly children?: ReactNode;
}

/** The same at the top of every page: whose it is, where to go, the language, the way out. */
export function PageBar({ text, language, onLanguage, onSignOut, children }: PageBarProps) {
  return (
    <header className="bar">
      <span className="brand">
        <PortillonMark className="mark" />
        <strong>Portillon</strong>
      </span>
      {children}
      <fieldset className="choice language">
        <legend className="unseen">{text.language}</legend>
        {(['fr', 'en'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={language === one} onClick={() => onLanguage(one)}>
            {one === 'fr' ? 'Français' : 'English'}
          </button>
        ))}
      </fieldset>
      {onSignOut && (
        <button type="button" className="plain" onClick={onSignOut}>
          {text.signOut}
        </button>
      )}
    </header>
  );
}
