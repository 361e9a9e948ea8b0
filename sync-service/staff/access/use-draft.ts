import { type Dispatch, type SetStateAction, useState } from 'react';

/** What is typed into a form. It stays until the base keeps something else: then the form begins from that. */
export function useDraft<Kept, Draft>(
  kept: Kept,
  draftOf: (kept: Kept) => Draft,
): [Draft, Dispatch<SetStateAction<Draft>>] {
  const [draft, setDraft] = useState(() => draftOf(kept));
  const told = JSON.stringify(kept);
  const [begunFrom, setBegunFrom] = useState(told);
  if (told !== begunFrom) {
    setBegunFrom(told);
    setDraft(draftOf(kept));
  }
  return [draft, setDraft];
}
