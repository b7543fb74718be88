package reconcile

// Severity says what a finding does to the run.
type Severity string

// The severities of findings.csv.
const (
	SeverityRefuse Severity = "refuse" // the row (or the file) cannot be used
	SeverityWarn   Severity = "warn"   // used, but look at it
	SeverityFix    Severity = "fix"    // mended without loss
)

// Finding is one remark about a file or a row of it.
type Finding struct {
	File     string // the file's name without its folder
	Row      int    // 0 for the file as a whole
	Column   string // the attribute's canonical name, empty for the whole row
	Severity Severity
	Code     string // the name in the contract, or a name of the damage's own
	Value    string // the value concerned, as in the input
	Text     string // what is wrong and what to do
	Source   string // the page that the rule comes from
}

// Assumption is something that the inputs do not tell, and what follows if it is not so.
type Assumption struct {
	Code string `json:"code"`
	Text string `json:"text"`
}
