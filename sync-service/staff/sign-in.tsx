import { type FormEvent, useEffect, useState } from 'react';
import { type SignInWays, signInFailures, signInWaysSchema } from '../http/staff/sign-in/sign-in-view.ts';
import type { Words } from './words.ts';

/** The provider of the operator where there is one, name and password where they are taken. What is wrong is said in words. */
export function SignIn({ text, onSignedIn }: { text: Words; onSignedIn: () => void }) {
  const [ways, setWays] = useState<SignInWays | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure] = useState(failureOfAddress);

  useEffect(() => {
    const left = new AbortController();
    readWays(left.signal)
      .then(setWays)
      // Who cannot ask may still try a password.
      .catch(() => !left.signal.aborted && setWays({ passwords: true, provider: null }));
    return () => left.abort();
  }, []);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    void signIn(String(form.get('user')), String(form.get('password')))
      .catch(() => 'noAnswer' as const)
      .then((outcome) => {
        setBusy(false);
        if (outcome === 'done') onSignedIn();
        else setProblem(text[outcome]);
      });
  };

  return (
    <main className="sign-in">
      <h1>{text.signIn}</h1>
      <p className="lead">{text.signInLead}</p>
      {failure && (
        <p className="lost" role="alert">
          {text.signInFailures[failure]}
        </p>
      )}
      {ways?.provider && (
        <a className="button primary" href="provider/start" data-testid="provider">
          {text.signInWith(ways.provider)}
        </a>
      )}
      {ways?.provider && ways.passwords && <p className="or">{text.orWithPassword}</p>}
      {ways?.passwords && (
        <form onSubmit={submit}>
          <label htmlFor="user">{text.user}</label>
          <input id="user" name="user" autoComplete="username" required />
          <label htmlFor="password">{text.password}</label>
          <input id="password" name="password" type="password" autoComplete="current-password" required />
          <p className="problem" role="alert">
            {problem}
          </p>
          <button type="submit" className={ways.provider ? undefined : 'primary'} aria-busy={busy}>
            {text.signIn}
          </button>
        </form>
      )}
    </main>
  );
}

/** The provider sent back here without a session; the address forgets it, so that a reload says it no more. */
function failureOfAddress() {
  const told = new URLSearchParams(location.search).get('sign-in');
  const failure = signInFailures.find((one) => one === told) ?? null;
  if (failure) history.replaceState(null, '', location.pathname + location.hash);
  return failure;
}

async function readWays(signal: AbortSignal): Promise<SignInWays> {
  const response = await fetch('api/sign-in', { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return signInWaysSchema.parse(await response.json());
}

async function signIn(
  user: string,
  password: string,
): Promise<'done' | 'wrongSignIn' | 'tooOften' | 'noAnswer'> {
  const response = await fetch('api/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  if (response.ok) return 'done';
  if (response.status === 429) return 'tooOften';
  return response.status === 403 ? 'wrongSignIn' : 'noAnswer';
}
