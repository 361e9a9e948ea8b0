import { useEffect, useState } from 'react';
import type { StaffAct } from '../http/staff/account-view.ts';
import { Console } from './console.tsx';
import { PageBar, type PageBarProps } from './page-bar.tsx';
import { Rights } from './rights.tsx';
import { SignIn } from './sign-in.tsx';
import { type Language, words } from './words.ts';

type Session = 'asking' | 'none' | { readonly user: string; readonly may: ReadonlySet<StaffAct> };

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
    signOutHere()
      .then((next) => {
        if (next === null) askAgain();
        else location.href = next;
      })
      .catch(askAgain);
  };

  const bar: PageBarProps = {
    text,
    language,
    onLanguage: setLanguage,
    onSignOut: typeof session === 'object' ? signOut : null,
  };
  if (typeof session === 'object') {
    return (
      <Rights value={session.may}>
        <Console bar={bar} onSignedOut={askAgain} />
      </Rights>
    );
  }
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
  const { user, may } = (await response.json()) as { user: string; may: StaffAct[] };
  return { user, may: new Set(may) };
}

/** Where to sign out at the provider, too; null where there is nothing to do. */
async function signOutHere(): Promise<string | null> {
  const response = await fetch('api/sign-out', { method: 'POST' });
  const { next } = (await response.json()) as { next: string | null };
  return next;
}
