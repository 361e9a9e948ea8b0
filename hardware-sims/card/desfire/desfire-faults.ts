/** What a simulated DESFire card can be made to do wrong. */
export const desfireFaults = {
  'pulled-mid-write': 'Leaves the field at its next write of a file, with half of the bytes written',
  'answer-lost': 'Does the next thing it is told and leaves the field before it has answered',
  'wrong-mac': 'Every check code it sends is wrong',
  'garbled-answer': 'One bit of every answer with data is flipped on the way',
  'random-number': 'Tells a random number in anti-collision, as in privacy mode',
  'other-number': 'Tells the number of another chip in anti-collision',
  'wrong-key': 'Its keys are not those of this network: it proves nothing',
  'grant-flipped': 'One bit of what is written on it is not what was written',
  'write-refused': 'Its memory is worn out: every write fails',
} as const;

export type DesfireFault = keyof typeof desfireFaults;
