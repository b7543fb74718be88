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
//   - circle: all objects that hold one address.
//   - candidate: the cloud user that an AD user most probably is, though no rule would link them yet.
//   - owner: the AD object that matches a cloud object by SMTP, or whose candidate it is.
//   - wish: what a change is made for, the addresses of the owned cloud object.
//   - change: the new mail and proxyAddresses of one AD object, so that the next sync links it.
//   - round: one judgement of all objects, as exported or with the changes in force.
//
// # Flow
//
// Everything moves one way. [Judge] reads the sources in input order, gives each object its number, and
// keeps facts and hashes instead of records (intake.go, reading.go). After that it works on two tables of
// hashes: identities and addresses. The engine in internal/spill groups their entries by key; what the
// groups show goes as notes to the objects concerned, which the engine returns in input order:
//
//	identify  identity keys ──▶ who carries my anchor, my SID         ─┐
//	match     address keys  ──▶ who holds my primary, my UPN; circles  ├─▶ dossier ─▶ outcome
//	judge     claims        ──▶ who else takes the user that I would  ─┘
//	narrow    circles       ──▶ circles that are still of interest
//	search    circles       ──▶ who am I, pass by pass                 ──▶ candidate
//	propose   circles       ──▶ who holds the addresses of a change
//	          sources       ──▶ the texts of wishes                    ──▶ change
//	prove     circles       ──▶ match again, where a change touches it ──▶ outcome after
//	conflict  circles       ──▶ which of my addresses are in conflict
//
// An outcome is a pure function of its dossier (outcome.go), a change one of its wish (change.go). Of each
// object a few bytes are in memory (state.go), for any stage to ask and to mark; all else is in the
// engine, which moves it to files when memory is used up.
//
// # Texts
//
// The ledger of the first reading holds no text but findings: a text is needed only of an object that
// has a change, or that addresses.csv may have to show. These are known before the first change is made,
// so one more reading of the sources (propose.go) puts aside the texts of all of them, and makes the
// changes. [Result.Changes], [Result.Holders] and [Result.Findings] give what was put aside; a verdict
// comes with its whole record, and so [Result.ADVerdicts] and [Result.CloudVerdicts] read their side once
// more. [Result.Tally] counts verdicts without giving them.
//
// # Two processors
//
// Sources with batches are parsed, hashed and worked on in parallel (internal/inorder); a partition of a table is
// read and sorted while the one before is looked at; dossiers are asked a chunk at a time. Results are kept
// in input order by one goroutine, so that they do not depend on any of this.
package reconcile
