package transcript_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// specified lists the items of the conformance corpus, which every version must
// pass. A transcript covers item n with a line "# corpus: n". Behaviour before or
// after the engine is covered by Go tests: "file TestName".
var specified = [...]struct {
	what  string
	tests []string
}{
	1:  {"the same message id delivered twice is answered once", []string{conversations + "service_test.go TestAnswers"}},
	2:  {"two texts within 200 ms are both used, in order, with one start", nil},
	3:  {"a text while a web service is asked is answered afterwards", []string{conversations + "caller_test.go TestMessageDuringACall"}},
	4:  {"a text while the bot is typing is not lost", nil},
	5:  {"a crash between commit and relay sends once", []string{conversations + "crash_test.go TestCrashAtEveryPoint"}},
	6:  {"a crash between send and mark repeats the same id", []string{conversations + "service_test.go TestRetriesUnderTheSameID"}},
	7:  {"a crash during an outside call uses one result", []string{conversations + "caller_test.go TestCallsSurviveCrashes", endToEnd + "http_node_test.go TestKilledDuringAWebCall"}},
	8:  {"a timer races a reply and the reply wins", nil},
	9:  {"a reply races a timer and the stale timer is ignored", nil},
	10: {"two workers take one conversation", []string{conversations + "service_test.go TestLostCommitsAreDecidedAgain"}},
	11: {"an offline batch of nine out of order gets one answer", nil},
	12: {"the clock moves backwards", nil},
	13: {"«Sí», «si», «SI.», «sí 👍»", nil},
	14: {"«1», «1.», «1️⃣», «uno», «la primera»", nil},
	15: {"a typing error", nil},
	16: {"two labels that are equal once cut to 20", nil},
	17: {"right-to-left and zero-width characters", nil},
	18: {"31 options are refused, 14 come in pages", nil},
	19: {"a tap on an old menu of the same run", nil},
	20: {"a vote that changes afterwards", nil},
	21: {"a vote in an unknown poll", nil},
	22: {"several choices: «1,3 y 4»", nil},
	23: {"«1.500,50» in Spain, «1,500.50» in Mexico", nil},
	24: {"the edges of min and max", nil},
	25: {"«$ 200 pesos»", nil},
	26: {"02:30 on the night it does not exist", nil},
	27: {"«viernes» said on a Friday", nil},
	28: {"phones of Mexico, Brazil and Argentina", nil},
	29: {"an e-mail with a dot at its end", nil},
	30: {"«Ma. José O'Neil-Ñúñez»", nil},
	31: {"a secret with «cancelar» in it", nil},
	32: {"an answer of 4,097 characters", nil},
	33: {"a picture with a caption where text is asked", nil},
	34: {"a voice message to a menu", nil},
	35: {"a sticker, a view-once picture, an edit, a deletion", nil},
	36: {"an album of five photos is one input", nil},
	37: {"the owner answers on the phone in the middle", []string{conversations + "service_test.go TestPersonOnThePhoneSilencesTheFlow"}},
	38: {"a handoff is closed and goes on with on_resume", nil},
	39: {"a handoff out of hours", nil},
	40: {"nobody answers for 15 minutes", nil},
	41: {"a keyword in the middle of an order asks", nil},
	42: {"«gracias» after the end is silence", nil},
	43: {"STOP in the middle, then a reminder is due", nil},
	44: {"two bots talk to each other", nil},
	45: {"our own echo is no person's message", []string{conversations + "service_test.go TestPersonOnThePhoneSilencesTheFlow"}},
	46: {"notes to oneself and groups are left alone", []string{conversations + "service_test.go TestGroupsAreNotKeptUnlessWanted"}},
	47: {"one customer of two shops in the same second", []string{endToEnd + "main_test.go TestTwoShops", "../sandbox/isolation_test.go TestOneCustomerOfTwoShops"}},
	48: {"a hidden id, then a phone number, are one conversation", []string{conversations + "service_test.go TestOneContactUnderTwoNames"}},
	49: {"republish: text, removed node, renamed node, removed option, new variable", nil},
	50: {"a called flow is missing, ends, returns; recursion and circles are refused", nil},
	51: {"a web service that fails in every way; expressions that attack; no model answers", nil},
}

const (
	conversations = "../../conversation/pipeline/"
	endToEnd      = "../../../test/e2e/"
)

var corpusLine = regexp.MustCompile(`(?m)^# corpus: ([\d ]+)$`)

// TestSpecification checks that a test covers every item of the corpus.
func TestSpecification(t *testing.T) {
	t.Parallel()
	shown := map[int][]string{}
	err := filepath.WalkDir("testdata/corpus", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".chat") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range corpusLine.FindAllStringSubmatch(string(src), -1) {
			for n := range strings.FieldsSeq(m[1]) {
				item, err := strconv.Atoi(n)
				if err != nil || item < 1 || item >= len(specified) {
					t.Errorf("%s: there is no item %s", path, n)
				}
				shown[item] = append(shown[item], path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(specified); n++ {
		s := specified[n]
		if len(shown[n]) == 0 && len(s.tests) == 0 {
			t.Errorf("%d, %s: no transcript says \"# corpus: %d\"", n, s.what, n)
		}
		for _, where := range s.tests {
			file, test, _ := strings.Cut(where, " ")
			src, err := os.ReadFile(file)
			if err != nil || !strings.Contains(string(src), "func "+test+"(t *testing.T)") {
				t.Errorf("%d, %s: %s is gone: %v", n, s.what, where, err)
			}
		}
		slices.Sort(shown[n])
		t.Logf("%2d %s: %s", n, s.what, strings.Join(append(shown[n], s.tests...), ", "))
	}
}
