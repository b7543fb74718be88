// Package reconcile predicts what the next Microsoft Entra Connect sync does to every object of two
// directories, from records alone: it knows no file format, no flags, no clock and no network.
//
// # Words
//
//   - AD object, cloud object: a user, group or contact of the on-premises export, of the cloud export.
//   - address: an SMTP address, compared by [Normalize].
//   - primary (P): the address by which an object soft-matches, see [Record.Primary].
//   - anchor: base64 of mS-DS-ConsistencyGuid, else of objectGUID; in the cloud OnPremisesImmutableId.
//   - outcome: what the next sync does to an object, found by one [Rule] of the decision table.
//   - partner: the cloud object that an AD object is linked to, or that its match takes over.
//   - dossier: all that the rules ask about one AD object, brought to it by the joins.
//   - candidate: the cloud user that an AD user most probably is, though no rule would link them yet.
//   - change: the new mail and proxyAddresses of one AD object, so that the next sync links it.
//   - round: one judgement of all objects, as exported or with the changes in force.
//
// # Flow
//
// Everything moves one way. [Judge] reads the sources in input order and gives each record its number.
// Each stage turns records into keys (128-bit hashes of normalized values), lets the engine in
// internal/spill group the entries by key, and sends what the groups show as notes to the objects
// concerned, which the engine returns in input order:
//
//	identify  identity keys ──▶ who carries my anchor, my SID          ─┐
//	match     matching keys ──▶ who holds my primary, my UPN           ─┼─▶ dossier ─▶ outcome
//	          claims        ──▶ who else takes the user that I would   ─┘
//	search    evidence      ──▶ who am I, pass by pass                  ──▶ candidate
//	propose   holdings      ──▶ what its addresses are, who holds them  ──▶ change
//	prove     match again, with the changes in force                    ──▶ outcome after
//	conflict  address keys  ──▶ which of my addresses are in conflict
//
// An outcome is a pure function of its dossier (outcome.go), a change one of its wish (change.go). No
// stage looks another object up, so the engine may keep entries and notes wherever it likes.
package reconcile
