import { PackageOpen, PackagePlus, ScanLine } from 'lucide-react';
import { type CountedStep, isCounted } from '../../bridge/repair-view.ts';
import { Field } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { NumberPad } from '../parts/number-pad.tsx';
import { Press } from '../parts/press.tsx';
import { PrimaryBar } from '../parts/primary-bar.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

const fields = [{ name: 'count', maxLength: 3 }] as const;
const choices = [
  { what: 'refill', Icon: PackagePlus },
  { what: 'empty-bin', Icon: PackageOpen },
  { what: 'test', Icon: ScanLine },
] as const;
const problemId = 'count-problem';

type Repair = ScreenProps<'repair'>;

/** Staff at the card dispenser: one step at a time, and after each what the device says. */
export function RepairScreen({ screen, act }: Repair) {
  const { say } = useWords();
  const { phase, guide } = screen;
  return (
    <ScreenFrame
      phase={phase}
      title={say(phase === 'at-work' ? 'repair.title.at-work' : `repair.title.${guide}`)}
      middle={
        <div className="told">
          {screen.badCount ? <BadCount /> : <DeviceSays screen={screen} />}
          {/* Whoever counts is not told what was counted. */}
          {countedStep(screen) === null ? <Counted screen={screen} /> : null}
          <Steps screen={screen} />
        </div>
      }
    >
      {phase === 'step' ? (
        <Step key={`${guide} ${screen.at} ${screen.badCount}`} screen={screen} act={act} />
      ) : null}
      {phase === 'choose' ? (
        <div className="choices">
          {choices.map(({ what, Icon }) => (
            <Press
              key={what}
              kind="choice"
              testId={`repair-${what}`}
              className="plan purpose"
              onPress={() => act({ type: 'repair-choose', what })}
            >
              <Icon aria-hidden="true" className="icon" />
              <span className="choice-name">{say(`repair.choose.${what}`)}</span>
            </Press>
          ))}
        </div>
      ) : null}
      {phase === 'at-work' || phase === 'choose' ? (
        <PrimaryBar
          continueTestId="finish"
          continueWords={say('repair.finish')}
          onContinue={() => act({ type: 'finish' })}
        >
          <PeopleDoor screen={screen} act={act} />
        </PrimaryBar>
      ) : null}
    </ScreenFrame>
  );
}

/** The same staff card shows who came in (W-PERSON-8). */
function PeopleDoor({ screen, act }: Pick<Repair, 'screen' | 'act'>) {
  const { say } = useWords();
  if (!screen.showsPeople) return null;
  return (
    <Press testId="show-came-in" onPress={() => act({ type: 'show-came-in' })}>
      {say('repair.people')}
    </Press>
  );
}

/** The step at whose end cards are counted, if it is one. */
function countedStep({ steps, at, phase }: Repair['screen']): CountedStep | null {
  const step = steps[at];
  return phase === 'step' && isCounted(step) ? step : null;
}

function BadCount() {
  const { say } = useWords();
  return (
    <div id={problemId} role="alert">
      <Notice tone="watch" title={say('repair.bad-count')} testId="bad-count" />
    </div>
  );
}

function DeviceSays({ screen: { says, phase, again } }: Pick<Repair, 'screen'>) {
  const { say } = useWords();
  if (phase === 'asking' || says === null) {
    return (
      <Notice tone="info" title={say('repair.asking')} testId="device-says">
        <p>{say('repair.asking-lead')}</p>
      </Notice>
    );
  }
  const { faultCode, card, stacker, binFull } = says;
  const isWell = faultCode === null && !binFull && card !== 'at-mouth' && stacker !== 'empty';
  return (
    <Notice
      tone={isWell ? 'done' : 'watch'}
      title={say(again ? 'repair.says-still' : 'repair.says')}
      testId="device-says"
    >
      {card === null ? null : <p>{say(`repair.card.${card}`)}</p>}
      {stacker === null ? null : <p>{say(`repair.stacker.${stacker}`)}</p>}
      {card === null ? null : <p>{say(binFull ? 'repair.bin.full' : 'repair.bin.room')}</p>}
      {faultCode === null ? null : <p>{say('repair.fault')}</p>}
      {faultCode === null ? null : <p className="for-staff">{say('trouble.code', { code: faultCode })}</p>}
    </Notice>
  );
}

function Counted({ screen: { counted, says, differences } }: Pick<Repair, 'screen'>) {
  const { say } = useWords();
  const { stack, bin } = counted;
  const captured = says?.captured ?? null;
  return (
    <section className="card repair-counted" data-testid="counted">
      <p>{stack === null ? say('repair.stack-unknown') : say('repair.stack', { count: stack })}</p>
      <p>{say('repair.in-bin', { count: bin })}</p>
      {captured === null || captured === bin ? null : <p>{say('repair.by-device', { count: captured })}</p>}
      {differences === null ? null : <Differences {...differences} />}
    </section>
  );
}

function Differences({ bin, path }: NonNullable<Repair['screen']['differences']>) {
  const { say } = useWords();
  if ((bin ?? 0) === 0 && path === 0) return <p data-testid="tally">{say('repair.tally')}</p>;
  return (
    <div data-testid="tally">
      {(bin ?? 0) === 0 ? null : <p>{say('repair.differs-bin', { count: Math.abs(bin ?? 0) })}</p>}
      {path === 0 ? null : <p>{say('repair.differs-path', { count: Math.abs(path) })}</p>}
    </div>
  );
}

function Steps({ screen: { steps, at, guide } }: Pick<Repair, 'screen'>) {
  const { say } = useWords();
  if (steps.length === 0) return null;
  return (
    <ol className="repair-steps" data-testid="repair-steps">
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={index === at ? 'step' : undefined}
          data-done={index < at}
          data-testid={`repair-step-${step}`}
        >
          <span className="repair-step-name">{say(`repair.step.${step}`)}</span>
          {index === at ? (
            <span>
              {say(
                step === 'look' && guide === 'card-moved' ? 'repair.how.look-moved' : `repair.how.${step}`,
              )}
            </span>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function Step({ screen, act }: Omit<Repair, 'view'>) {
  const { say } = useWords();
  const { steps, at, badCount } = screen;
  const draft = useDraft(fields, { count: '' }, 'count');
  const step = steps[at];
  const counted = countedStep(screen);
  const done = () => act({ type: 'repair-step', count: counted === null ? '' : draft.values.count });
  return (
    <>
      {counted === null ? null : (
        <>
          <div className="fields code-field">
            <Field
              draft={draft}
              name="count"
              testId="count"
              label={say(`repair.count.${counted}`)}
              maxLength={3}
              problemId={badCount ? problemId : undefined}
              onEnter={done}
            />
          </div>
          <NumberPad onKey={draft.key} />
        </>
      )}
      <PrimaryBar
        continueTestId="step-done"
        continueWords={say(
          step === 'test' ? 'repair.do-test' : step === 'reset' ? 'repair.do-reset' : 'repair.done',
        )}
        onContinue={done}
      >
        <PeopleDoor screen={screen} act={act} />
      </PrimaryBar>
    </>
  );
}
