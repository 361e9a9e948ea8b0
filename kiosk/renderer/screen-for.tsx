import type { KioskView } from '../bridge/view.ts';
import type { Act } from './screen-props.ts';
import { AccountScreen } from './screens/account.tsx';
import { AttractScreen } from './screens/attract.tsx';
import { BirthDateScreen } from './screens/birth-date.tsx';
import { CameInScreen } from './screens/came-in.tsx';
import { CheckScreen } from './screens/check.tsx';
import { CodeScreen } from './screens/code.tsx';
import { ConsentScreen } from './screens/consent.tsx';
import { ConsentsScreen } from './screens/consents.tsx';
import { ContactScreen } from './screens/contact.tsx';
import { ContractScreen } from './screens/contract.tsx';
import { DataRequestScreen } from './screens/data-request.tsx';
import { DayEntryScreen } from './screens/day-entry.tsx';
import { DebtsScreen } from './screens/debts.tsx';
import { DoorsScreen } from './screens/doors.tsx';
import { IbanScreen } from './screens/iban.tsx';
import { MandateScreen } from './screens/mandate.tsx';
import { MinorScreen } from './screens/minor.tsx';
import { NameScreen } from './screens/name.tsx';
import { OrderScreen } from './screens/order.tsx';
import { OwnPhotoScreen } from './screens/own-photo.tsx';
import { PassScreen } from './screens/pass.tsx';
import { PaymentScreen } from './screens/payment.tsx';
import { PeriodsScreen } from './screens/periods.tsx';
import { PhotoScreen } from './screens/photo.tsx';
import { PlanScreen } from './screens/plan.tsx';
import { PresentCardScreen } from './screens/present-card.tsx';
import { PrivacyScreen } from './screens/privacy.tsx';
import { ReceiptScreen } from './screens/receipt.tsx';
import { RenewCardScreen } from './screens/renew-card.tsx';
import { RepairScreen } from './screens/repair.tsx';
import { SignScreen } from './screens/sign.tsx';
import { TakeCardScreen } from './screens/take-card.tsx';
import { TroubleScreen } from './screens/trouble.tsx';
import { WelcomeScreen } from './screens/welcome.tsx';
import { YourTicketScreen } from './screens/your-ticket.tsx';

/** The screen the edge asks for. */
export function ScreenFor({ view, act }: { view: KioskView; act: Act }) {
  const { screen } = view;
  const common = { view, act };
  switch (screen.name) {
    case 'attract':
      return <AttractScreen {...common} screen={screen} />;
    case 'doors':
      return <DoorsScreen {...common} screen={screen} />;
    case 'day-entry':
      return <DayEntryScreen {...common} screen={screen} />;
    case 'present-card':
      return <PresentCardScreen {...common} screen={screen} />;
    case 'account':
      return <AccountScreen {...common} screen={screen} />;
    case 'privacy':
      return <PrivacyScreen {...common} screen={screen} />;
    case 'consent':
      return <ConsentScreen {...common} screen={screen} />;
    case 'own-photo':
      return <OwnPhotoScreen {...common} screen={screen} />;
    case 'data-request':
      return <DataRequestScreen {...common} screen={screen} />;
    case 'renew-card':
      return <RenewCardScreen {...common} screen={screen} />;
    case 'periods':
      return <PeriodsScreen {...common} screen={screen} />;
    case 'debts':
      return <DebtsScreen {...common} screen={screen} />;
    case 'code':
      return <CodeScreen {...common} screen={screen} />;
    case 'order':
      return <OrderScreen {...common} screen={screen} />;
    case 'plan':
      return <PlanScreen {...common} screen={screen} />;
    case 'name':
      return <NameScreen {...common} screen={screen} />;
    case 'birth-date':
      return <BirthDateScreen {...common} screen={screen} />;
    case 'minor':
      return <MinorScreen {...common} screen={screen} />;
    case 'contact':
      return <ContactScreen {...common} screen={screen} />;
    case 'iban':
      return <IbanScreen {...common} screen={screen} />;
    case 'photo':
      return <PhotoScreen {...common} screen={screen} />;
    case 'consents':
      return <ConsentsScreen {...common} screen={screen} />;
    case 'check':
      return <CheckScreen {...common} screen={screen} />;
    case 'contract':
      return <ContractScreen {...common} screen={screen} />;
    case 'mandate':
      return <MandateScreen {...common} screen={screen} />;
    case 'sign':
      return <SignScreen {...common} screen={screen} />;
    case 'payment':
      return <PaymentScreen {...common} screen={screen} />;
    case 'take-card':
      return <TakeCardScreen {...common} screen={screen} />;
    case 'your-ticket':
      return <YourTicketScreen {...common} screen={screen} />;
    case 'receipt':
      return <ReceiptScreen {...common} screen={screen} />;
    case 'pass':
      return <PassScreen {...common} screen={screen} />;
    case 'welcome':
      return <WelcomeScreen {...common} screen={screen} />;
    case 'came-in':
      return <CameInScreen {...common} screen={screen} />;
    case 'repair':
      return <RepairScreen {...common} screen={screen} />;
    case 'trouble':
      return <TroubleScreen {...common} screen={screen} />;
  }
}
