import type { ReactNode } from 'react';
import { Dialog, Modal, ModalOverlay } from 'react-aria-components';

interface CardOverScreenProps {
  readonly title: string;
  readonly testId: string;
  readonly urgent?: boolean;
  readonly children: ReactNode;
  onDismiss?(): void;
}

/** A card in the touch band over a dimmed screen: the focus stays inside, and what is behind is out of reach. */
export function CardOverScreen({ title, testId, urgent = false, children, onDismiss }: CardOverScreenProps) {
  return (
    <ModalOverlay
      className="scrim"
      isOpen
      isKeyboardDismissDisabled={onDismiss === undefined}
      onOpenChange={(open) => {
        if (!open) onDismiss?.();
      }}
    >
      <Modal className="over-screen">
        <Dialog
          className="over-card"
          role={urgent ? 'alertdialog' : 'dialog'}
          aria-label={title}
          data-testid={testId}
        >
          <div data-band className="over-band">
            <h2 className="question">{title}</h2>
            {children}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
