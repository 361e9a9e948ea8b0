import { useId } from 'react';
import type { ClubAccess } from '../../http/staff/access-view.ts';
import type { Language } from '../words.ts';
import { accessWords } from './access-words.ts';
import { ChangeForm } from './change-form.tsx';
import { ageTiers, draftOf, type Mode, modes, type PolicyDraft, policyOf } from './policy-draft.ts';
import { sendChange } from './send-change.ts';
import { useDraft } from './use-draft.ts';

export interface ClubFormProps {
  readonly club: ClubAccess;
  readonly language: Language;
  readonly onDone: () => void;
}

/** What counts at the gates of a club beyond dates, plans and blocks. */
export function PolicyForm({ club, language, onDone }: ClubFormProps) {
  const text = accessWords[language];
  const { policy, capacity } = club;
  const [draft, setDraft] = useDraft({ policy, capacity }, (kept) => draftOf(kept, language));
  const set = (change: Partial<PolicyDraft>) => setDraft((before) => ({ ...before, ...change }));
  const id = useId();

  const number = (
    name: string,
    label: string,
    value: string,
    onChange: (value: string) => void,
    hint?: string,
  ) => (
    <p className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        inputMode="decimal"
        autoComplete="off"
        value={value}
        aria-describedby={hint ? `${id}-${name}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && (
        <small className="hint" id={`${id}-${name}-hint`}>
          {hint}
        </small>
      )}
    </p>
  );
  const mode = (label: string, value: Mode, onChange: (mode: Mode) => void) => (
    <fieldset className="modes">
      <legend className="unseen">{label}</legend>
      {modes.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name={`${id}-${label}`}
            checked={value === one}
            onChange={() => onChange(one)}
          />
          {text.modes[one]}
        </label>
      ))}
    </fieldset>
  );

  return (
    <section className="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{text.whoMayComeIn}</h2>
      {club.policy === null && <p className="hint">{text.openPolicy}</p>}
      <ChangeForm
        title={text.whoMayComeIn}
        language={language}
        save={text.save}
        primary
        flaw={() => {
          const read = policyOf(draft, text);
          return 'flaw' in read ? read.flaw : null;
        }}
        send={(reason) => {
          const read = policyOf(draft, text);
          if ('flaw' in read) return Promise.reject(new Error(read.flaw));
          const { policy, capacity } = read;
          const changed = capacity === club.capacity ? {} : { capacity };
          return sendChange('PUT', `clubs/${club.id}/access`, { policy, ...changed, reason });
        }}
        onDone={onDone}
      >
        <h3>{text.passback}</h3>
        <p className="hint">{text.passbackHint}</p>
        {mode(text.passback, draft.passback, (passback) => set({ passback }))}
        {number(
          'minutes',
          text.passbackMinutes,
          draft.passbackMinutes,
          (passbackMinutes) => set({ passbackMinutes }),
          text.untilTheyLeave,
        )}
        <h3>{text.fullHouse}</h3>
        {mode(text.fullHouse, draft.capacityMode, (capacityMode) => set({ capacityMode }))}
        {number('capacity', text.capacity, draft.capacity, (capacity) => set({ capacity }))}
        <h3>{text.debt}</h3>
        <div className="fields">
          {number('grace', text.graceDays, draft.graceDays, (graceDays) => set({ graceDays }), text.never)}
          {number('euros', text.fromEuros, draft.fromEuros, (fromEuros) => set({ fromEuros }))}
        </div>
        <h3>{text.dataAge}</h3>
        <p className="hint">{text.dataAgeHint}</p>
        <div className="fields">
          {ageTiers.map((tier) => (
            <div key={tier}>
              {number(tier, text.ageOf[tier], draft.ageHours[tier], (hours) =>
                setDraft((before) => ({ ...before, ageHours: { ...before.ageHours, [tier]: hours } })),
              )}
            </div>
          ))}
        </div>
        <h3>{text.passAndBadges}</h3>
        {number(
          'steps',
          text.passSteps,
          draft.passExtraSteps,
          (passExtraSteps) => set({ passExtraSteps }),
          text.passStepsHint,
        )}
        <label className="tick">
          <input
            type="checkbox"
            checked={draft.uidBadges}
            onChange={(event) => set({ uidBadges: event.target.checked })}
          />
          {text.uidBadges}
        </label>
        <p className="hint">{text.uidBadgesHint}</p>
        <label className="tick">
          <input
            type="checkbox"
            checked={draft.staticCodes}
            onChange={(event) => set({ staticCodes: event.target.checked })}
          />
          {text.staticCodes}
        </label>
        <p className="hint">{text.staticCodesHint}</p>
      </ChangeForm>
    </section>
  );
}
