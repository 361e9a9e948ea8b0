import { useEffect, useId, useRef } from 'react';

export interface ChoiceFieldProps<Choice extends string> {
  readonly legend: string;
  readonly className: string;
  readonly choices: readonly Choice[];
  readonly words: Readonly<Record<Choice, string>>;
  readonly chosen: Choice | null;
  readonly onChoose: (choice: Choice) => void;
}

/** One of a few, none chosen for anybody; the first has the focus as soon as it is shown. */
export function ChoiceField<Choice extends string>(props: ChoiceFieldProps<Choice>) {
  const { legend, className, choices, words, chosen, onChoose } = props;
  const first = useRef<HTMLInputElement>(null);
  const name = useId();
  useEffect(() => first.current?.focus(), []);
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className={className}>
        {choices.map((one, index) => (
          <label key={one}>
            <input
              ref={index === 0 ? first : null}
              type="radio"
              name={name}
              value={one}
              checked={chosen === one}
              onChange={() => onChoose(one)}
            />
            {words[one]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
