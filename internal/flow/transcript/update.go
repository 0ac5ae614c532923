package transcript

import "strings"

// update returns the transcript with the expected messages replaced by the bot's.
// Patterns that still fit stay, as does every other line.
func update(f *File, said [][]string) string {
	replace := map[int][]string{} // line → the lines in its place
	insert := map[int][]string{}  // line → lines that follow it
	for i, b := range f.Blocks {
		got := said[i]
		after := b.Do.No
		if n := len(b.More); n > 0 {
			after = b.More[n-1].No
		}
		for _, l := range b.Expect {
			switch l.Mark {
			case "<", "<~":
				if len(got) == 0 {
					replace[l.No] = nil
					continue
				}
				if l.Mark == "<~" && glob(l.Text).MatchString(got[0]) {
					replace[l.No] = []string{f.lines[l.No-1]}
				} else {
					replace[l.No] = []string{"< " + got[0]}
				}
				got, after = got[1:], l.No
			case "<!":
				if len(got) > 0 {
					replace[l.No] = nil
				} else {
					replace[l.No] = []string{f.lines[l.No-1]}
				}
			}
		}
		for _, s := range got {
			insert[after] = append(insert[after], "< "+s)
		}
	}
	var out []string
	for i, l := range f.lines {
		if now, ok := replace[i+1]; ok {
			out = append(out, now...)
		} else {
			out = append(out, l)
		}
		out = append(out, insert[i+1]...)
	}
	return strings.Join(out, "\n") + "\n"
}
