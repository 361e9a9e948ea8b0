import { BellRing, Check, Languages, LogOut } from 'lucide-react';
import type { Language } from '../../bridge/view.ts';
import { useShell } from '../shell.ts';
import { nativeLanguageNames, useWords } from '../words.ts';
import { Press } from './press.tsx';

/** Help at the same place on every screen. The language button is written in the language it leads to. */
export function UtilityRow({ canLeave }: { canLeave: boolean }) {
  const { view, act, openCard } = useShell();
  const { say, language } = useWords();
  const other: Language = language === 'fr' ? 'en' : 'fr';
  const told = view.staffCall === 'sent';
  const attract = view.screen.name === 'attract';
  return (
    <div className="utility-row">
      {canLeave ? (
        <Press kind="quiet" testId="leave" onPress={() => openCard('leave')}>
          <LogOut aria-hidden="true" className="icon" />
          {say('utility.leave')}
        </Press>
      ) : null}
      {attract ? null : (
        <Press
          kind="quiet"
          testId={`choose-language-${other}`}
          onPress={() => act({ type: 'choose-language', language: other })}
        >
          <Languages aria-hidden="true" className="icon" />
          <span lang={other}>{nativeLanguageNames[other]}</span>
        </Press>
      )}
      <Press kind="quiet" testId="call-staff" className="to-the-end" onPress={() => openCard('call-staff')}>
        {told ? (
          <Check aria-hidden="true" className="icon" />
        ) : (
          <BellRing aria-hidden="true" className="icon" />
        )}
        {say(told ? 'utility.call-sent' : 'utility.call-staff')}
      </Press>
    </div>
  );
}
