import { createContext, type ReactNode, useContext } from 'react';
import type { StaffAct } from '../http/staff/account-view.ts';

/** What whoever is signed in may do, as the base told at sign-in; the base decides each time anew. */
export const Rights = createContext<ReadonlySet<StaffAct>>(new Set());

export function useMay(act: StaffAct): boolean {
  return useContext(Rights).has(act);
}

/** What is shown only to who may do it. */
export function May({ act, children }: { act: StaffAct; children: ReactNode }) {
  return useMay(act) ? children : null;
}
