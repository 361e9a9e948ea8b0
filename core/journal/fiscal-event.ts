import { z } from 'zod';
import { shapes } from './payload-shapes.ts';

/**
 * What happens to a till beside takings (FJ15). Codes in digits are those of NF525 R19 as vendors publish them; codes in P
 * are ours, where no public number was found. Labels are French: the tax administration reads them.
 */
export const fiscalEvents = {
  'intermediate-archive': { code: '20', label: 'Archivage intermédiaire' },
  'yearly-archive': { code: '30', label: 'Archivage de fin de période' },
  stop: { code: '40', label: 'Arrêt' },
  'closing-day-or-month': { code: '50', label: 'Clôture de jour ou de mois' },
  'closing-year': { code: '60', label: "Clôture d'année" },
  'degraded-start': { code: '70', label: 'Début de mode dégradé' },
  start: { code: '80', label: 'Démarrage' },
  'integrity-failure': { code: '90', label: "Défaut d'intégrité" },
  'degraded-end': { code: '120', label: 'Fin de mode dégradé' },
  'till-added': { code: '126', label: 'Ajout de caisse' },
  'till-removed': { code: '127', label: 'Retrait de caisse' },
  'staff-rights': { code: '130', label: 'Changement de droits' },
  'accounting-export': { code: '180', label: 'Export comptable' },
  'item-return': { code: '190', label: "Retour d'article" },
  'software-change': { code: '240', label: 'Changement de logiciel' },
  initialisation: { code: '260', label: 'Initialisation' },
  'sale-cancelled': { code: '320', label: 'Vente abandonnée' },
  'taxpayer-change': { code: '410', label: "Changement des données de l'assujetti" },
  'key-rotation': { code: 'P10', label: 'Changement de clé' },
  'training-start': { code: 'P20', label: "Début du mode d'entraînement" },
  'training-end': { code: 'P21', label: "Fin du mode d'entraînement" },
  'clock-jump': { code: 'P30', label: "Saut d'horloge" },
  'clock-confirmed': { code: 'P31', label: 'Horloge confirmée' },
  restore: { code: 'P40', label: 'Restauration' },
  purge: { code: 'P41', label: 'Purge' },
  verification: { code: 'P42', label: 'Vérification' },
  'break-settled': { code: 'P43', label: "Défaut d'intégrité traité" },
  'auditor-access': { code: 'P50', label: "Accès de l'administration" },
  'duplicate-not-sent': { code: 'P60', label: 'Duplicata non envoyé' },
  'terminal-reconciliation': { code: 'P70', label: 'Rapprochement avec le terminal de paiement' },
} as const;
export type FiscalEventKind = keyof typeof fiscalEvents;

/** What an event may say of itself: ids, numbers, codes. No sentence, no name (FJ8). */
const detailSchema = z
  .strictObject({
    /** What it is about: the id of a sale, a device, a case; a day. */
    subject: shapes.code,
    /** A word: a reason, a fault code, a device. */
    reason: shapes.code,
    from: shapes.code,
    to: shapes.code,
    chain: shapes.code,
    recordNo: shapes.count,
    count: shapes.count,
    kid: shapes.code,
    publicKey: shapes.code,
    nextKid: shapes.code,
    nextPublicKey: shapes.code,
    est: shapes.code,
    timeZone: shapes.code,
    version: shapes.version,
    perimeter: shapes.code,
    digest: shapes.code,
    /** Card payments of the journal, and those that the terminal told: net amount and number. */
    ownCents: shapes.cents,
    ownCount: shapes.count,
    toldCents: shapes.cents,
    toldCount: shapes.count,
  })
  .partial();
export type FiscalEventDetail = z.infer<typeof detailSchema>;

/** Payload of a `J1`. */
export const eventPayloadSchema = z.strictObject({
  est: shapes.establishment,
  till: shapes.till,
  no: shapes.no,
  dt: shapes.time,
  code: z.string().regex(/^(\d{2,3}|P\d\d)$/),
  operator: shapes.operator,
  detail: detailSchema,
});
export type EventPayload = z.infer<typeof eventPayloadSchema>;
