import { type FormEvent, useState } from 'react';
import type { Words } from './words.ts';

/** Name and password. What is wrong is said beside the form, in words. */
export function SignIn({ text, onSignedIn }: { text: Words; onSignedIn: () => void }) {
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

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
      <form onSubmit={submit}>
        <label htmlFor="user">{text.user}</label>
        <input id="user" name="user" autoComplete="username" required />
        <label htmlFor="password">{text.password}</label>
        <input id="password" name="password" type="password" autoComplete="current-password" required />
        <p className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary" aria-busy={busy}>
          {text.signIn}
        </button>
      </form>
    </main>
  );
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
