package powershell

import (
	"os"
	"strings"
	"testing"
)

// The self-test passes, leaves nothing behind, and does fail when an engine is broken.
func TestPowerShellSelfTest(t *testing.T) {
	l := newLab(t, testChanges())
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	out := l.want(0, "selftest/Invoke-SelfTest.ps1")
	if !strings.Contains(out, "PASSED: 15 checks") || strings.Contains(out, "FAILED") {
		t.Errorf("it says:\n%s", out)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	l.edit("selftest/Set-PrimarySmtp.B00000.ps1", "Set-ADObject @call", "$null = $call")
	if out := l.want(2, "selftest/Invoke-SelfTest.ps1"); !strings.Contains(out, "FAILED  the directory is as the plan says") {
		t.Errorf("with a broken engine it says:\n%s", out)
	}
}
