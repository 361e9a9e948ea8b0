import { useWords } from '../words.ts';
import { QrImage } from './qr-image.tsx';

/**
 * The electronic note: a code that holds the note itself as plain text, so that it needs no address and no network. 160 mm
 * wide beside the question of paper, 110 mm elsewhere: a usual note makes a symbol of version 15, of 77 modules and a quiet
 * zone of eight, 1.9 or 1.3 mm each. A phone held at 40 cm reads 0.5 mm.
 */
export function NoteCode({ note }: { note: { readonly text: string } }) {
  const { say } = useWords();
  return (
    <section className="note-code" data-testid="note">
      <QrImage text={note.text} title={say('note.code')} />
      <div>
        <h2>{say('note.title')}</h2>
        <p>{say('note.words')}</p>
      </div>
    </section>
  );
}
