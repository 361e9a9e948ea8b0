import { CircleX, Info, SquareCheck, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

const shapes = { done: SquareCheck, watch: TriangleAlert, stop: CircleX, info: Info } as const;

interface NoticeProps {
  readonly tone: keyof typeof shapes;
  readonly title?: string;
  readonly children?: ReactNode;
  readonly testId?: string;
}

/** A state in words, with a shape of its own: never by colour alone. */
export function Notice({ tone, title, children, testId }: NoticeProps) {
  const Shape = shapes[tone];
  return (
    <div className={`notice notice-${tone}`} role="status" data-testid={testId}>
      <Shape aria-hidden="true" className="notice-shape" />
      <div>
        {title === undefined ? null : <p className="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  );
}
