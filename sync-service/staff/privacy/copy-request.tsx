import { useState } from 'react';
import type { ErasureRequestView } from '../../http/staff/privacy-view.ts';
import { May } from '../rights.tsx';
import type { Language } from '../words.ts';
import { sendPrivacy } from './privacy-requests.ts';
import { privacyWords } from './privacy-words.ts';
import { ReasonField, reasonMin } from './reason-field.tsx';

/** A request for a copy: the file (RC1), and what became of the request (PV6). */
export function CopyRequest(props: {
  readonly language: Language;
  readonly request: ErasureRequestView;
  readonly onChanged: () => void;
}) {
  const { language, request, onChanged } = props;
  const text = privacyWords[language];
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const close = (state: 'handed-over' | 'withdrawn' | 'declined') => {
    if (reason.trim().length < reasonMin) return setProblem(text.reasonTooShort);
    setProblem(null);
    sendPrivacy(`requests/${request.id}/closing`, { state, reason: reason.trim() })
      .then((answer) => {
        if (!('refused' in answer)) return onChanged();
        setProblem(text.refusals[answer.refused] ?? text.refusedBecause(answer.refused));
      })
      .catch(() => setProblem(text.noAnswer));
  };
  return (
    <div className="change decision" data-testid="copy-request">
      <May act="privacy.copy">
        <p>
          <a
            href={`api/members/${encodeURIComponent(request.memberId)}/copy`}
            download={`${request.memberId}.json`}
          >
            {text.copyFile}
          </a>
        </p>
        <p className="hint">{text.copyHint}</p>
      </May>
      <ReasonField language={language} value={reason} problem={problem} onChange={setReason} />
      <p className="actions">
        <button type="button" className="primary" onClick={() => close('handed-over')}>
          {text.handedOver}
        </button>
        <button type="button" onClick={() => close('withdrawn')}>
          {text.withdraw}
        </button>
        <button type="button" onClick={() => close('declined')}>
          {text.decline}
        </button>
      </p>
    </div>
  );
}
