import type { ReactNode } from 'react';
import type { FieldProblem } from '../../bridge/view.ts';
import { Problem } from './problem.tsx';
import type { Draft } from './use-draft.ts';

interface FieldProps<Name extends string> {
  readonly draft: Draft<Name>;
  readonly name: Name;
  readonly label: string;
  readonly testId: string;
  readonly maxLength: number;
  readonly problem?: FieldProblem | undefined;
  /** A problem told elsewhere on the screen (three boxes, one sentence): its element's id. */
  readonly problemId?: string | undefined;
  /** Beside the label: how far what is typed has come. */
  readonly aside?: ReactNode;
  onEnter(): void;
}

/**
 * A field with its label and its problem. Works with a real keyboard; `inputmode=none` because the keyboard on the
 * screen is ours. The browser may neither store nor complete what a visitor types.
 */
export function Field<Name extends string>(props: FieldProps<Name>) {
  const { draft, name } = props;
  const describedBy = props.problemId ?? (props.problem === undefined ? undefined : `${name}-problem`);
  return (
    <div className={`field ${draft.active === name ? 'field-active' : ''}`}>
      <div className="field-head">
        <label className="field-label" htmlFor={name}>
          {props.label}
        </label>
        {props.aside}
      </div>
      <input
        id={name}
        data-testid={props.testId}
        className="field-input"
        ref={draft.inputRef(name)}
        value={draft.values[name]}
        maxLength={props.maxLength}
        inputMode="none"
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={describedBy !== undefined}
        aria-describedby={describedBy}
        onFocus={() => draft.activate(name)}
        onChange={({ target }) => draft.set(name, target.value, target.selectionStart ?? target.value.length)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') props.onEnter();
        }}
      />
      {props.problemId === undefined ? <Problem id={`${name}-problem`} problem={props.problem} /> : null}
    </div>
  );
}
