import { lookVariables } from '@portillon/ui/tokens.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@portillon/ui/fonts.css';
import { StaffPage } from './staff-page.tsx';
import './staff.css';
import './cases.css';
import './orders.css';
import './closings.css';
import './gates.css';
import './access/access.css';
import './accounts/accounts.css';
import './privacy/privacy.css';

for (const [name, value] of Object.entries(lookVariables('cadence'))) {
  document.documentElement.style.setProperty(name, value);
}

const page = document.getElementById('page');
if (!page) throw new Error('index.html has lost its page element');
createRoot(page).render(
  <StrictMode>
    <StaffPage />
  </StrictMode>,
);
