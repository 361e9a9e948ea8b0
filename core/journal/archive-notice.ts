import type { ArchiveFacts } from './archive-files.ts';

/** `LISEZMOI.txt`: what the tax administration needs to read an archive without us (BOI-TVA-DECLA-30-10-30 §220 and following). */
export function archiveNotice(
  facts: Pick<ArchiveFacts, 'company' | 'est' | 'till' | 'from' | 'to' | 'no'>,
  hasRegistrations: boolean,
): string {
  const { company, est, till, from, to, no } = facts;
  return `ARCHIVE FISCALE DE CAISSE
=========================

Entreprise      : ${company.name}, ${company.address}
SIRET           : ${company.siret}    TVA : ${company.vatNumber}    NAF : ${company.naf}
Établissement   : ${est}
Caisse          : ${till}
Période         : du ${from} (inclus) au ${to} (exclu), jours de l'établissement
Archive numéro  : ${no}

Ce dossier contient toutes les données d'encaissement de la période, en texte ouvert (UTF-8). Il se lit et se vérifie
sans le logiciel qui l'a produit.

1. FICHIERS
-----------
manifest.json         Description de l'archive : entreprise, période, empreinte SHA-256 de chaque fichier, premier et
                      dernier numéro de chaque chaîne, clés publiques, totaux perpétuels avant et après la période.
archive-record.json   Enregistrement A1 qui signe manifest.json : chaîne signée (« text ») et signature.
signed-records.jsonl  Tous les enregistrements tels qu'ils ont été signés, un objet JSON par ligne :
                      chain, no, text (chaîne signée), payload (contenu figé), signature.
tickets.csv           Encaissements (T1) et opérations d'entraînement (X1, marquées SIMULATION, hors de tout total).
lines.csv             Lignes : libellé, quantité, prix unitaire, taux, HT, TVA, TTC.
payments.csv          Moyens de paiement.
vat.csv               Ventilation de TVA par ticket.
duplicates.csv        Duplicata (D1) : réimpressions et renvois par courriel.
closings.csv          Clôtures (C1) : J jour, M mois, A année, avec totaux de la période et totaux perpétuels.
events.csv            Journal des événements (J1).
${hasRegistrations ? registrationLine : ''}key-changes.jsonl     Changements de clé depuis l'origine, tels qu'ils ont été signés : chaque changement est signé par
                      l'ancienne clé, puis par la nouvelle.
schema.json           Colonnes des fichiers CSV et champs des chaînes signées.

CSV : séparateur « ; », première ligne d'en-tête, guillemets doublés selon RFC 4180. Montants en centimes entiers, taux en
centièmes de pour cent (2000 = 20 %). Dates ISO 8601 avec décalage horaire ; dans les chaînes signées AAAAMMJJHHMMSS et
+HHMM.

2. RECALCULER LES EMPREINTES
----------------------------
a) Fichiers : SHA-256 des octets du fichier, en hexadécimal minuscule, comparé à « files[].sha256 » de manifest.json.
     sha256sum tickets.csv
b) Manifeste : SHA-256 des octets de manifest.json, comparé au champ « payload » (antépénultième) de la chaîne A1.
c) Contenu d'un enregistrement : SHA-256 du texte « payload » (UTF-8), comparé au champ « payload » de la chaîne signée
   (les duplicata D1 n'ont pas de contenu : la chaîne dit tout).
d) Identifiant de clé : 16 premiers chiffres hexadécimaux du SHA-256 de la clé publique (SPKI, DER).

3. RECALCULER LES SIGNATURES
----------------------------
Algorithme : ECDSA, courbe P-256, SHA-256, sur les octets UTF-8 de la chaîne « text ». La signature est la suite brute
r puis s (64 octets) en base64url sans remplissage (86 caractères). Clés publiques : manifest.json, « keys ».
Le dernier champ d'une chaîne est la signature de l'enregistrement précédent de la même chaîne ; le premier
enregistrement porte « O » et un champ vide, tous les autres portent « N ».
Les numéros de chaque chaîne (T, X, D, C, J, A) se suivent sans trou à partir de 1.
Le ticket remis au client porte les caractères 3, 7, 13 et 19 de la signature.

4. RECALCULER LES TOTAUX
------------------------
Total perpétuel (perp) : cumul signé TTC de tous les encaissements depuis la première utilisation ; perp_abs : cumul des
valeurs absolues ; perp_ht : cumul HT. Ils ne sont jamais remis à zéro. Une clôture de jour additionne les encaissements de
la journée, une clôture de mois les jours, une clôture d'année les mois.

5. VÉRIFIER D'UN COUP
---------------------
Le fichier verify-journal.mjs (joint ou fourni par l'éditeur) se lance avec Node.js 20 ou plus récent, sans installation :
     node verify-journal.mjs DOSSIER --key cle-publique.pem --anchor ancrage.json
Il refait les calculs des points 2 à 4 et nomme le premier endroit qui ne concorde pas.

Aucun nom, adresse ou courriel de client ne figure dans ces fichiers : un client y est désigné par un identifiant interne.
`;
}

const registrationLine = `registrations.csv     Registres de facturation espagnols (VERI*FACTU), alta et anulación : le texte de chacun et son empreinte
                      (« huella », SHA-256 en majuscules), enchaînés. Ils n'ont pas été envoyés à l'AEAT par cette caisse.
`;
