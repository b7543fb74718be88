package export

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"smtpmatch/reconcile"
)

// recorder turns the rows of one table into records. It is reused from row to row.
type recorder struct {
	side    reconcile.Side
	source  string // the file's name
	binding *binding
	ad      adColumns
	cloud   cloudColumns
	fields  []*string // of ad or cloud, see [cells]

	syncPlace int // of OnPremisesSyncEnabled in the schema

	whole  wholeTable
	own    reconcile.Record  // what read gives
	record *reconcile.Record // the one being read
	values []string          // room for the values of proxyAddresses
	mended damages           // damage that was mended in the rows read so far

	known     string // the id's cell as it stands in the row
	isSound   bool   // the survey saw no damage in the row, which need not be looked for again
	isDubious bool   // the row that was read has damage that must be looked for again
}

// wholeTable is what only all rows together tell.
type wholeTable struct {
	class            string // of rows that do not tell their class
	prefixesStripped bool
	noSamNames       bool
	isASCII          bool     // no character of the file is beyond ASCII
	cutAt255         bool     // lists of addresses were cut at 255 characters
	isCollected      bool     // collect's script wrote it: its texts are the directory's own
	rowPerAddress    bool     // rows of one object, one below the other, differ in their one address only
	dubious          *dubious // the rows that have damage; nil before the survey
}

func newRecorder(side reconcile.Side, source string, b *binding) *recorder {
	p := &recorder{side: side, source: source, binding: b}
	p.whole.class = classByColumns(b)
	if p.fields = cells(&p.ad); side == reconcile.Cloud {
		p.fields = cells(&p.cloud)
	}
	if sync, ok := b.schema.find("OnPremisesSyncEnabled"); ok {
		p.syncPlace = sync.field
	}
	return p
}

// read turns a row into a record, which is valid until the next call. A row that cannot be used gives a
// rejected record with the findings that say why.
func (p *recorder) read(r *row) *reconcile.Record {
	p.own = reconcile.Record{Findings: p.own.Findings[:0]}
	p.readInto(&p.own, r)
	return &p.own
}

// readInto is read for a record that the caller owns, and that is blank but for the room for findings.
func (p *recorder) readInto(record *reconcile.Record, r *row) {
	p.record = record
	record.Side, record.Source, record.Row = p.side, p.source, r.number
	p.binding.lay(r, p.fields)
	p.known = p.idCell()
	p.isSound = r.damage == noDamage && !r.glued && p.whole.dubious.clears(p.known)
	p.isDubious = r.damage != noDamage || r.glued
	if !p.isSound {
		p.inspectRow(r)
		p.takeOffGuards()
	}
	if p.side == reconcile.AD {
		p.readAD()
	} else {
		p.readCloud()
	}
	if !p.isSound {
		p.inspectShift(r)
	}
	record.PrefixesStripped = p.whole.prefixesStripped
}

// idCell is the cell by which dubious rows are told.
func (p *recorder) idCell() string {
	if p.side == reconcile.AD {
		return p.ad.ObjectGUID
	}
	return p.cloud.ID
}

// mend counts damage that was mended in a value.
func (p *recorder) mend(code, column, value string) {
	p.isDubious = p.isDubious || !harmless[code]
	p.mended.mendAt(code, p.record.Row, column, value)
}

// harmless are the kinds of mended damage that make no difference to how a value is read.
var harmless = map[string]bool{"BooleanWord": true, "FormulaText": true, "HiddenRow": true, "DeletedName": true}

// takeOffGuards takes off ="…", which keeps a spreadsheet from changing a text.
func (p *recorder) takeOffGuards() {
	for i, field := range p.fields {
		if text := *field; text == "" || text[0] > '=' && text[0] < utf8.RuneSelf || !strings.Contains(text, `="`) {
			continue
		}
		text := reconcile.TrimBlank(*field)
		if len(text) > 3 && text[0] == '=' && text[1] == '"' && text[len(text)-1] == '"' {
			p.mend("Apostrophe", p.binding.schema[i].name(), text)
			*field = text[2 : len(text)-1]
		}
	}
}

func (p *recorder) readAD() {
	c, r := &p.ad, p.record
	r.ID = p.id(c.ObjectGUID, "ObjectGUID")
	r.Class = p.class(c.ObjectClass)
	r.SID = readSID(p.key(c.SID, "SID"))
	r.SamAccountName = c.SamAccountName
	r.SamAccountNameUnknown = p.whole.noSamNames
	r.UserPrincipalName = p.address(c.UserPrincipalName, "UserPrincipalName")
	r.Mail = p.address(c.Mail, "mail")
	r.ProxyAddresses = p.addresses(c.ProxyAddresses, c.Secondary, c.Mail)
	r.TargetAddress = p.address(c.TargetAddress, "targetAddress")
	r.MailNickname = c.MailNickname
	r.ConsistencyGUID = p.anchor(c.ConsistencyGUID, "mS-DS-ConsistencyGuid")
	r.DistinguishedName = c.DistinguishedName
	r.DisplayName, r.GivenName, r.Surname = c.DisplayName, c.GivenName, c.Surname
	r.EmployeeID = p.key(c.EmployeeID, "EmployeeID")
	r.Department, r.Title = c.Department, c.Title
	r.Enabled = p.enabledAD()
	r.IsCriticalSystemObject = p.flag(c.CriticalSystem, "isCriticalSystemObject") == reconcile.Yes
	r.AdminCount = c.AdminCount
	r.MsExchRecipientType = c.RecipientType
	r.MsExchMailboxGUID = p.key(c.MailboxGUID, "msExchMailboxGuid")
	r.MsExchRemoteRecipientType = p.key(c.RemoteRecipient, "msExchRemoteRecipientType")
	if p.flag(c.Deleted, "isDeleted") == reconcile.Yes {
		p.reject("isDeleted", "Deleted", c.Deleted, "The object is deleted in Active Directory; the sync does not see it.")
	}
}

func (p *recorder) enabledAD() reconcile.Flag {
	c := &p.ad
	if c.Enabled == "" && c.AccountDisabled == "" {
		return enabledByBits(c.AccountControl)
	}
	if c.Enabled == "" {
		return not(p.flag(c.AccountDisabled, "AccountDisabled"))
	}
	return p.flag(c.Enabled, "Enabled")
}

func (p *recorder) readCloud() {
	c, r := &p.cloud, p.record
	r.ID = p.id(c.ID, "Id")
	r.Class = p.class(c.ObjectClass)
	r.UserPrincipalName = p.address(c.UserPrincipalName, "UserPrincipalName")
	r.Mail = p.address(c.Mail, "Mail")
	r.ProxyAddresses = p.addresses(c.ProxyAddresses, c.Secondary, c.Mail)
	r.MailNickname = c.MailNickname
	r.DisplayName, r.GivenName, r.Surname = c.DisplayName, c.GivenName, c.Surname
	r.EmployeeID = p.key(c.EmployeeID, "EmployeeId")
	r.Department, r.Title = c.Department, c.JobTitle
	r.UserType = p.userType()
	r.Enabled = p.enabledCloud()
	r.SyncEnabled = p.syncEnabled()
	r.ImmutableID = p.anchor(c.ImmutableID, "OnPremisesImmutableId")
	r.SID = readSID(p.key(c.SID, "OnPremisesSecurityIdentifier"))
	r.SamAccountName = c.SamAccountName
	r.ObjectIdentifier = p.key(c.ObjectIdentifier, "OnPremisesObjectIdentifier")
	r.CloudManaged = p.flag(c.CloudManaged, "IsCloudManaged") == reconcile.Yes
	if r.Deleted = isDeleted(c.Deleted); r.Deleted {
		p.takeOffID()
	}
}

// takeOffID takes off the object id, without its dashes, that Entra puts before the UPN of a soft-deleted
// user so that the name is free for others.
func (p *recorder) takeOffID() {
	r := p.record
	id := strings.ReplaceAll(r.ID.String(), "-", "")
	if upn := reconcile.TrimBlank(r.UserPrincipalName); id != "" && len(upn) > len(id) && strings.EqualFold(upn[:len(id)], id) {
		r.UserPrincipalName = upn[len(id):]
		p.mend("DeletedName", "UserPrincipalName", upn)
	}
}

func (p *recorder) enabledCloud() reconcile.Flag {
	c := &p.cloud
	switch {
	case c.AccountEnabled != "":
		return p.flag(c.AccountEnabled, "AccountEnabled")
	case c.BlockCredential != "":
		return not(p.flag(c.BlockCredential, "BlockCredential"))
	case strings.EqualFold(c.SignInStatus, "Allowed"):
		return reconcile.Yes
	case strings.EqualFold(c.SignInStatus, "Blocked"):
		return reconcile.No
	}
	return reconcile.Unknown
}

// userType reads UserType, or CreationType: an invitation makes a guest.
func (p *recorder) userType() string {
	if strings.EqualFold(reconcile.TrimBlank(p.cloud.UserType), "Invitation") {
		return "Guest"
	}
	return p.cloud.UserType
}

// syncEnabled reads OnPremisesSyncEnabled, or the date of the last sync, which only synced objects have.
// A row with a word that is neither yes nor no still holds its addresses, so it is kept and taken as not
// synced.
func (p *recorder) syncEnabled() bool {
	if p.binding.syncedByDate {
		return !isBlank([]byte(p.cloud.SyncEnabled)) && !reconcile.IsPlaceholder(p.cloud.SyncEnabled)
	}
	return p.flag(p.cloud.SyncEnabled, "OnPremisesSyncEnabled") == reconcile.Yes
}

// isDeleted reads a date of deletion, or a boolean: what is filled and no word for no.
func isDeleted(cell string) bool {
	f, ok := readBool(cell)
	return !ok || f == reconcile.Yes
}

// id reads the object's own id; without one the row cannot be used.
func (p *recorder) id(cell, column string) reconcile.GUID {
	text := p.key(cell, column)
	g, ok := readGUID(text)
	if !ok {
		g, ok = readBase64GUID(text)
	}
	switch {
	case text == "":
		p.reject(column, "NoId", cell, "The row has no "+column+", so it cannot be told which object it is.")
	case !ok || g.IsZero():
		p.reject(column, "BadId", cell, "No GUID, so it cannot be told which object this is.")
	}
	return g
}

// key reads an id or anchor: trimmed, without the apostrophe that guards against formulas; a
// placeholder is none.
func (p *recorder) key(cell, column string) string {
	if p.isSound {
		return cell
	}
	text := p.trim(cell, column)
	if text == "" {
		return ""
	}
	if text[0] == '\'' {
		p.mend("Apostrophe", column, text)
		text = text[1:]
	}
	if len(text) <= 4 && reconcile.IsPlaceholder(text) {
		p.mend("Placeholder", column, text)
		return ""
	}
	return text
}

// trim takes off blanks around a value, and counts that.
func (p *recorder) trim(cell, column string) string {
	if p.isSound {
		return cell
	}
	text := reconcile.TrimBlank(cell)
	if len(text) < len(cell) && text != "" {
		p.mend("Blanks", column, cell)
	}
	return text
}

func (p *recorder) anchor(cell, column string) string {
	text := p.key(cell, column)
	if text == "" {
		return ""
	}
	anchor := readAnchor(text)
	if p.isSound {
		return anchor
	}
	if !isBase64(anchor) && p.side == reconcile.AD && !p.record.Rejected && !isTypeName([]byte(text)) {
		p.warn(column, "Anchor", cell, "The bytes of this anchor are in none of the known forms; it is taken as the text that it is.")
	}
	return anchor
}

// isBase64 says whether a text is base64. Anchors are short, and most are 16 bytes.
func isBase64(text string) bool {
	var room [64]byte
	if base64.StdEncoding.DecodedLen(len(text)) > len(room) {
		_, err := base64.StdEncoding.DecodeString(text)
		return err == nil
	}
	_, err := base64.StdEncoding.Decode(room[:], []byte(text))
	return err == nil
}

func (p *recorder) flag(cell, column string) reconcile.Flag {
	f, ok := readBool(cell)
	switch {
	case p.isSound:
	case !ok:
		p.warn(column, "Boolean", cell, "Neither true nor false; taken as not known.")
	case f != reconcile.Unknown && !strings.EqualFold(cell, "true") && !strings.EqualFold(cell, "false"):
		p.mend("BooleanWord", column, cell)
	}
	return f
}

// class says what kind of object the row is: by ObjectClass or its like, else by the table's columns.
func (p *recorder) class(cell string) string {
	if cell == reconcile.ClassUser {
		return reconcile.ClassUser
	}
	text := reconcile.TrimBlank(cell)
	if text == "" {
		return p.whole.class
	}
	if i := strings.LastIndexByte(text, ';'); i >= 0 { // csvde: top;person;organizationalPerson;user
		text = reconcile.TrimBlank(text[i+1:])
	}
	name := strings.TrimPrefix(strings.ToLower(text), "#microsoft.graph.")
	if class, ok := classes[name]; ok {
		return class
	}
	return text
}

// classes are the names for the classes that are judged, as ObjectClass, OdataType and Exchange's
// RecipientType and RecipientTypeDetails give them, in lower case.
var classes = func() map[string]string {
	m := make(map[string]string)
	for class, names := range map[string]string{
		reconcile.ClassUser: "user inetorgperson usermailbox mailuser sharedmailbox roommailbox equipmentmailbox " +
			"schedulingmailbox linkedmailbox legacymailbox remoteusermailbox remotesharedmailbox remoteroommailbox " +
			"remoteequipmentmailbox guestmailuser",
		reconcile.ClassGroup: "group groupmailbox mailuniversaldistributiongroup mailuniversalsecuritygroup " +
			"mailnonuniversalgroup roomlist",
		reconcile.ClassContact: "contact orgcontact mailcontact",
	} {
		for _, name := range strings.Fields(names) {
			m[name] = class
		}
	}
	return m
}()

func classByColumns(b *binding) string {
	for _, name := range []string{"MailEnabled", "GroupTypes", "SecurityEnabled", "GroupCategory", "GroupScope"} {
		if b.has(name) {
			return reconcile.ClassGroup
		}
	}
	for _, name := range userColumns {
		if b.has(name) {
			return reconcile.ClassUser
		}
	}
	if !b.has("ObjectGUID") && !b.has("Id") && !b.has("targetAddress") {
		return reconcile.ClassUser // no export yet: most people want users
	}
	return reconcile.ClassContact
}

// userColumns are those that only users have, beside the UPN: a file of users whose UPNs are missing must
// not pass for one of contacts.
var userColumns = []string{
	"UserPrincipalName", "SamAccountName", "mS-DS-ConsistencyGuid", "Enabled",
	"UserType", "AccountEnabled", "OnPremisesImmutableId", "OnPremisesSamAccountName",
}

// reject makes the row one that cannot be used, and says why.
func (p *recorder) reject(column, code, value, text string) {
	p.record.Rejected = true
	p.find(column, reconcile.SeverityRefuse, code, value, text)
}

func (p *recorder) warn(column, code, value, text string) {
	p.find(column, reconcile.SeverityWarn, code, value, text)
}

func (p *recorder) find(column string, severity reconcile.Severity, code, value, text string) {
	p.isDubious = true
	p.record.Findings = append(p.record.Findings, reconcile.Finding{
		File: p.source, Row: p.record.Row, Column: column, Severity: severity, Code: code,
		Value: strings.Clone(shortened(value)), Text: text,
	})
}

// mostValue is how much of a value a finding shows, in bytes.
const mostValue = 200

func shortened(value string) string {
	if len(value) <= mostValue {
		return value
	}
	return strings.ToValidUTF8(value[:mostValue], "") + fmt.Sprintf("… (%d bytes)", len(value))
}
