import { PortillonMark } from '@portillon/ui/portillon-mark.tsx';
import { useEffect, useState } from 'react';
import { LivePage } from './live-page.tsx';
import { SignIn } from './sign-in.tsx';
import { type Language, words } from './words.ts';

type Session = 'asking' | 'none' | { readonly user: string };

/** Who is not signed in sees the sign-in; everybody else the live page. */
export function StaffPage() {
  const [session, setSession] = useState<Session>('asking');
  const [language, setLanguage] = useState<Language>(() =>
    navigator.language.startsWith('fr') ? 'fr' : 'en',
  );
  const [asked, setAsked] = useState(0);
  const text = words[language];

  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` says when to ask again
  useEffect(() => {
    let left = false;
    void askSession()
      .catch((): Session => 'none')
      .then((found) => {
        if (!left) setSession(found);
      });
    return () => {
      left = true;
    };
  }, [asked]);

  const askAgain = () => setAsked((count) => count + 1);
  const signOut = () => {
    fetch('api/sign-out', { method: 'POST' })
      .catch(() => undefined)
      .finally(askAgain);
  };

  return (
    <>
      <header className="bar">
        <span className="brand">
          <PortillonMark className="mark" />
          <strong>Portillon</strong>
        </span>
        <fieldset className="choice">
          <legend className="unseen">{text.language}</legend>
          {(['fr', 'en'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={language === one} onClick={() => setLanguage(one)}>
              {one === 'fr' ? 'Français' : 'English'}
            </button>
          ))}
        </fieldset>
        {typeof session === 'object' && (
          <button type="button" className="plain" onClick={signOut}>
            {text.signOut}
          </button>
        )}
      </header>
      {session === 'asking' && <p className="note">{text.loading}</p>}
      {session === 'none' && <SignIn text={text} onSignedIn={askAgain} />}
      {typeof session === 'object' && <LivePage text={text} onSignedOut={askAgain} />}
    </>
  );
}

async function askSession(): Promise<Session> {
  const response = await fetch('api/session');
  if (!response.ok) return 'none';
  const { user } = (await response.json()) as { user: string };
  return { user };
}
