import { useEffect, useState } from 'react';
import { Console } from './console.tsx';
import { PageBar, type PageBarProps } from './page-bar.tsx';
import { SignIn } from './sign-in.tsx';
import { type Language, words } from './words.ts';

type Session = 'asking' | 'none' | { readonly user: string };

/** Who is not signed in sees the sign-in; everybody else the console. */
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

  const bar: PageBarProps = {
    text,
    language,
    onLanguage: setLanguage,
    onSignOut: typeof session === 'object' ? signOut : null,
  };
  if (typeof session === 'object') return <Console bar={bar} onSignedOut={askAgain} />;
  return (
    <>
      <PageBar {...bar} />
      {session === 'asking' ? (
        <p className="note">{text.loading}</p>
      ) : (
        <SignIn text={text} onSignedIn={askAgain} />
      )}
    </>
  );
}

async function askSession(): Promise<Session> {
  const response = await fetch('api/session');
  if (!response.ok) return 'none';
  const { user } = (await response.json()) as { user: string };
  return { user };
}
