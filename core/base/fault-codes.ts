/**
 * Every fault the product can name. The registry is also the operator's page: `npm run docs:faults` writes
 * docs/faults.md from it. A fault is the world failing; refusals are outcomes, and broken promises of our own are bugs.
 */
interface FaultEntry {
  /** What has happened, in an operator's words. */
  readonly meaning: string;
  /** What the machine does by itself. */
  readonly machineDoes: string;
  /** What staff should do. */
  readonly staffDo: string;
}

const reconnects = 'Tries again by itself, waiting longer each time, at most 30 s.';

export const faultCodes = {
  'transport.unreachable': {
    meaning: 'Nothing answers at the address of the device: no such port, nobody listening, or no route.',
    machineDoes: reconnects,
    staffDo:
      'Check that the device has power and that its cable is in. Check the address in the configuration.',
  },
  'transport.busy': {
    meaning: 'Another program holds the port.',
    machineDoes: reconnects,
    staffDo: 'End the other program that uses this port.',
  },
  'transport.timed-out': {
    meaning: 'Opening the line took too long.',
    machineDoes: reconnects,
    staffDo: 'Check the network between the box and the device.',
  },
  'transport.pulled': {
    meaning: 'The line was cut from outside: cable pulled, power lost, or the device closed it.',
    machineDoes: reconnects,
    staffDo: 'Put the cable back, or switch the device on.',
  },
  'transport.closed': {
    meaning: 'The program closed the line itself.',
    machineDoes: 'Opens it again when it needs it.',
    staffDo: 'Nothing.',
  },
  'transport.bad-address': {
    meaning: 'The address in the configuration cannot be understood.',
    machineDoes: 'Does not start the device.',
    staffDo:
      'Write it as serial:///dev/ttyUSB0?baud=9600, tcp://host:port, hid:///dev/hidraw0 or pcsc://reader-name.',
  },
  'line.no-answer': {
    meaning: 'The line is open but the device does not answer.',
    machineDoes: 'Repeats what is safe to repeat, then reports the device as not working.',
    staffDo: 'Switch the device off and on. If it stays silent, check its address and speed settings.',
  },
  'line.garbled': {
    meaning: 'The device answered with bytes that make no sense.',
    machineDoes: 'Throws them away, counts them, and asks again where that is safe.',
    staffDo: 'If it lasts, check the cable and the speed settings.',
  },
  'line.unexpected-reply': {
    meaning: 'An answer came to a question that was never asked.',
    machineDoes: 'Throws it away and counts it.',
    staffDo: 'If it lasts, check that no other program talks to the device.',
  },
  'terminal.out-of-order': {
    meaning: 'The payment terminal says that it cannot work.',
    machineDoes: 'Takes sales off the screen until it works again.',
    staffDo: 'Follow the message on the terminal, or call its service.',
  },
  'terminal.no-answer': {
    meaning: 'The payment terminal did not answer in time.',
    machineDoes: 'Asks it what became of the payment before anything else; never charges again.',
    staffDo: 'If it lasts, switch the terminal off and on and check its network.',
  },
  'terminal.bad-answer': {
    meaning: 'The payment terminal answered something that does not fit the question.',
    machineDoes: 'Treats the payment as in doubt and asks the terminal.',
    staffDo: 'Check the protocol version set on the terminal.',
  },
  'terminal.cannot': {
    meaning: 'The protocol of this payment terminal has no such function.',
    machineDoes: 'Goes on without it.',
    staffDo: 'Look at the display or the paper of the terminal instead.',
  },
  'terminal.offline-limit': {
    meaning:
      'The terminal has approved payments without its bank, as many, as much or for as long as the operator allows.',
    machineDoes: 'Sells nothing until an end of day of the terminal has settled them.',
    staffDo: 'Give the terminal its line to the bank back. The end of day is done by the box itself.',
  },
  'dispenser.card-jam': {
    meaning: 'A card is stuck in the dispenser.',
    machineDoes: 'Tries once to pull it into the bin, then stops selling cards.',
    staffDo:
      'Hold a staff card to the kiosk, and follow the steps: open, take the card out, close, reset, try.',
  },
  'dispenser.stacker-empty': {
    meaning: 'No cards left.',
    machineDoes: 'Takes sales that need a card off the screen.',
    staffDo: 'Hold a staff card to the kiosk, fill the stacker, and enter how many cards you put in.',
  },
  'dispenser.stacker-low': {
    meaning: 'Few cards left.',
    machineDoes: 'Goes on selling, and says so until cards are filled in.',
    staffDo: 'Hold a staff card to the kiosk, fill the stacker, and enter how many cards you put in.',
  },
  'dispenser.bin-full': {
    meaning: 'The bin for rejected cards is full.',
    machineDoes: 'Stops selling cards: it could not take a forgotten one back.',
    staffDo:
      'Hold a staff card to the kiosk, empty the bin, and enter how many cards were in it: its counter begins anew.',
  },
  'dispenser.no-card': {
    meaning: 'There is no card where one was expected.',
    machineDoes: 'Asks the dispenser where the card is and goes on from there.',
    staffDo: 'If it lasts, look for a card moved by hand.',
  },
  'dispenser.card-moved': {
    meaning: 'A card was moved by hand while the dispenser worked.',
    machineDoes: 'Asks the dispenser where the card is and goes on from there.',
    staffDo: 'Nothing, unless it happens often.',
  },
  'dispenser.hardware': {
    meaning: 'The dispenser reports a broken part (sensor, motor).',
    machineDoes: 'Stops selling cards.',
    staffDo: 'Call service with the detail shown.',
  },
  'dispenser.refused': {
    meaning: 'The dispenser does not accept an order.',
    machineDoes: 'Asks it for its state; stops selling cards if it refuses again.',
    staffDo: 'Check that the model in the configuration is the one installed.',
  },
  'card.no-answer': {
    meaning: 'The card in the encoder does not answer.',
    machineDoes: 'Takes it into the bin and tries another, at most twice.',
    staffDo: 'If it happens often, check the batch of cards.',
  },
  'card.gone': {
    meaning: 'The card was taken away before it had answered.',
    machineDoes: 'Waits for the next card.',
    staffDo: 'Nothing. Ask the person to hold the card longer.',
  },
  'card.refused': {
    meaning: 'The card answered with an error.',
    machineDoes: 'In the encoder: takes it into the bin and tries another. At the gate: refuses it.',
    staffDo: 'If it happens often, check the batch of cards.',
  },
  'card.no-writing-key': {
    meaning: 'This box may read cards and write none: it was enrolled with the code of a gate.',
    machineDoes: 'Sells nothing that comes with a card.',
    staffDo: 'Enrol it again, with a code for a box that issues cards.',
  },
  'card.not-genuine': {
    meaning:
      'The card does not prove that it holds the key of this network, or its data does not read back as written.',
    machineDoes: 'In the encoder: takes it into the bin and tries another. At the gate: refuses it.',
    staffDo: 'Look at the card. It may be a copy, or of another network.',
  },
  'printer.paper-out': {
    meaning: 'No paper.',
    machineDoes: 'No longer offers a printed receipt; the digital one stays.',
    staffDo: 'Put in a new roll.',
  },
  'printer.paper-low': {
    meaning: 'The roll is nearly used up.',
    machineDoes: 'Goes on printing, and says so until the roll is changed.',
    staffDo: 'Have a new roll at hand, or put it in.',
  },
  'printer.cover-open': {
    meaning: 'The cover of the printer is open.',
    machineDoes: 'No longer offers a printed receipt until it is closed.',
    staffDo: 'Close the cover.',
  },
  'printer.hardware': {
    meaning: 'The printer reports an error (cutter, head temperature, mechanism).',
    machineDoes: 'No longer offers a printed receipt.',
    staffDo: 'Switch it off and on; look for paper in the cutter.',
  },
  'printer.no-answer': {
    meaning: 'The printer did not confirm in time.',
    machineDoes: 'Does not print the same receipt again by itself; offers the digital one.',
    staffDo: 'Look whether the receipt lies in the tray.',
  },
  'reader.service-down': {
    meaning: 'The smart-card service (pcscd) does not run.',
    machineDoes: reconnects,
    staffDo: 'Start the service: systemctl start pcscd.',
  },
  'reader.missing': {
    meaning: 'The card reader named in the configuration is not plugged in.',
    machineDoes: 'Waits for it.',
    staffDo: 'Plug the reader in.',
  },
  'reader.failed': {
    meaning: 'The card reader reported an error.',
    machineDoes: 'Drops the card and waits for the next.',
    staffDo: 'If it lasts, unplug the reader and plug it in again.',
  },
  'reader.no-answer': {
    meaning: 'A reader or a gate board on the OSDP line does not answer.',
    machineDoes:
      'Asks it again by itself, waiting longer each time, at most 5 s. The others on the line go on.',
    staffDo:
      'Check the power and the line of the reader, and that its address and speed are those configured.',
  },
  'reader.refused': {
    meaning: 'A reader answers, but does not do what it is told.',
    machineDoes: 'Goes on asking it.',
    staffDo: 'Check that the model and the numbers of outputs and inputs in the configuration are right.',
  },
  'reader.no-key': {
    meaning: 'There is no key for this reader: it was never installed on this box.',
    machineDoes: 'Does not use the reader. A reader without a key of its own is never used.',
    staffDo: 'Set the reader to its installation mode and install it: see docs/hardware.md.',
  },
  'reader.not-secure': {
    meaning: 'The reader does not open a secure channel, or only one under the key that all readers share.',
    machineDoes: 'Does not use the reader. Asks it again every 10 s.',
    staffDo: 'Install the reader anew. If it worked before, look whether somebody changed or reset it.',
  },
  'reader.wrong-key': {
    meaning: 'The reader does not hold the key that this box gave it: it is another one, or it was reset.',
    machineDoes: 'Does not use the reader. Asks it again every 10 s.',
    staffDo: 'Look at the reader: was it exchanged? If that was meant, install it anew.',
  },
  'reader.channel-lost': {
    meaning: 'The secure channel broke off: the reader restarted, or something else spoke on the line.',
    machineDoes: 'Believes nothing that came outside of the channel, and opens it anew.',
    staffDo:
      'Nothing if it was once. If it comes back, look at the line for something that does not belong there.',
  },
  'reader.tampered': {
    meaning: 'The reader reports that it was opened or taken off the wall.',
    machineDoes: 'Goes on using it, and reports it.',
    staffDo: 'Look at the reader now. If somebody was at it, install it anew.',
  },
  'reader.power-failed': {
    meaning: 'The reader reports that its power failed.',
    machineDoes: 'Goes on using it while its battery lasts.',
    staffDo: 'Check the power supply of the reader.',
  },
  'scanner.noise': {
    meaning: 'The scanner sent bytes that make no code.',
    machineDoes: 'Throws them away and counts them.',
    staffDo: 'If it lasts, check prefix, suffix and speed of the scanner.',
  },
  'scanner.code-too-long': {
    meaning: 'A code of more than 3,072 bytes was held before the scanner: none of ours is that long.',
    machineDoes: 'Throws it away whole and refuses it like any unknown code.',
    staffDo: 'Nothing. Ask the person which code they were given.',
  },
  'scanner.babbling': {
    meaning: 'The scanner sends without end: 16 KiB that make no code, or more than 50 codes in a second.',
    machineDoes:
      'Believes nothing more of it. Uses it again by itself once it has been silent for a second; cards and the other devices go on.',
    staffDo: 'Unplug the scanner and plug it in again. If it lasts, check its trigger mode and its speed.',
  },
  'gate.no-answer': {
    meaning: 'The board of the gate does not answer.',
    machineDoes: 'Does not release; tries the board again. The exit is free whatever happens.',
    staffDo: 'Check the power and the bus cable of the board. Let people in by hand meanwhile.',
  },
  'gate.refused': {
    meaning: 'The board of the gate refused an order.',
    machineDoes: 'Does not release.',
    staffDo: 'Check that the model in the configuration is the one installed.',
  },
  'gate.locked': {
    meaning: 'Staff keep this gate locked.',
    machineDoes: 'Lets nobody in but those who work here. The exit is free whatever happens.',
    staffDo: 'Put the gate back to normal on the Gates page when it may be used again.',
  },
  'gate.cannot-hold-open': {
    meaning: 'The configuration of the gate names no output that holds it open.',
    machineDoes: 'Stays as it is.',
    staffDo:
      'Have the free-passage contact of the turnstile wired, and its output named in the configuration.',
  },
  'gate.sensor-stuck': {
    meaning: 'A passage sensor of the gate stays on.',
    machineDoes: 'Goes on releasing the entry, but can no longer tell who went through on that side.',
    staffDo: 'Look whether something blocks the arm or the sensor. Count by hand meanwhile.',
  },
  'gate.held-open': {
    meaning: 'The door of the gate has stood open for too long.',
    machineDoes: 'Goes on deciding and releasing, and reports it.',
    staffDo: 'Close the door. Count by hand who came in meanwhile.',
  },
  'gate.fire': {
    meaning: 'The fire panel reports an alarm. The doors are opened by its own wires, not by this software.',
    machineDoes: 'Reports it, and shows who is inside.',
    staffDo: 'Leave the building and call the roll.',
  },
  'camera.unavailable': {
    meaning: 'No camera, or the browser may not use it.',
    machineDoes: 'Lets people go on without a photo; staff take it later.',
    staffDo: 'Plug the camera in and allow it.',
  },
  'store.full': {
    meaning: 'The disk is full.',
    machineDoes: 'Stops selling first; access goes on as long as it can.',
    staffDo: 'Free space on the disk of the box.',
  },
  'store.failed': {
    meaning: 'The database of the box cannot be read or written.',
    machineDoes: 'Stops selling and restarts.',
    staffDo: 'Call service. Do not delete anything.',
  },
  'store.in-use': {
    meaning: 'Another edge already runs on the same data folder.',
    machineDoes: 'Does not start, and leaves the data alone.',
    staffDo: 'End the other edge first, or give this one a folder of its own.',
  },
  'store.newer-schema': {
    meaning: 'The data of the box were written by a newer version of the program.',
    machineDoes: 'Does not start, and changes nothing.',
    staffDo: 'Install the newer version again.',
  },
  'journal.key-lost': {
    meaning: 'The key that signs the fiscal journal of this till is missing or cannot be read.',
    machineDoes: 'Sells nothing: a sale that cannot be signed does not take place. Access goes on.',
    staffDo: 'Call service. Do not delete anything: the journal itself is still there.',
  },
  'journal.key-wrong': {
    meaning: 'The key found is not the one that signed the fiscal journal so far.',
    machineDoes: 'Sells nothing. Access goes on.',
    staffDo: 'Call service. Put back the disk or the key store that belongs to this box.',
  },
  'journal.broken': {
    meaning: 'The fiscal journal does not hold: a record was changed, removed or added.',
    machineDoes:
      'Sells nothing, through restarts too, and records the failure where the journal still can. Access goes on.',
    staffDo:
      'Call service. Do not delete anything. The detail names the first record that does not hold. Once it is settled: settle-broken at the desk of the journal.',
  },
  'journal.older-copy': {
    meaning: 'The disk holds an older copy of the fiscal journal than the member base has seen.',
    machineDoes: 'Sells nothing: sales would be recorded a second time under the same numbers.',
    staffDo: 'Call service. A backup was put back, or the wrong disk is in the box.',
  },
  'journal.forked': {
    meaning: 'The fiscal journal on the disk is not the one that the member base has seen.',
    machineDoes: 'Sells nothing.',
    staffDo: 'Call service. Do not delete anything.',
  },
  'journal.period-closed': {
    meaning: 'The clock of the box stands in a day whose books are closed: it was set back.',
    machineDoes: 'Sells nothing until its clock is past the last closing. Access goes on.',
    staffDo: 'Correct the clock of the box, or wait until it is right again.',
  },
  'journal.clock-doubtful': {
    meaning: 'The last closed day is more than a year back: the clock may have been set forward.',
    machineDoes: 'Sells nothing and closes nothing until the time is confirmed.',
    staffDo: 'Correct the clock of the box. If it is right, confirm it.',
  },
  'sync.unreachable': {
    meaning: 'The member base cannot be reached.',
    machineDoes: 'Goes on by itself, queues what happens, and tries again.',
    staffDo: 'Check the network if it lasts.',
  },
  'sync.refused': {
    meaning: 'The member base refused a request of this box.',
    machineDoes: 'Keeps everything and tries again later.',
    staffDo: 'Look at the detail: the box may have been revoked, or its clock may be wrong.',
  },
  'config.invalid': {
    meaning: 'The configuration file cannot be used.',
    machineDoes: 'Does not start.',
    staffDo: 'Correct the line that the message names.',
  },
} as const satisfies Readonly<Record<string, FaultEntry>>;

export type FaultCode = keyof typeof faultCodes;

/** A fault as it happened: its code, and a detail for the technician (never personal data). */
export interface Fault {
  readonly code: FaultCode;
  readonly detail: string;
}

export function fault(code: FaultCode, detail: string): Fault {
  return { code, detail };
}
