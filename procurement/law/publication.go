package law

import "iter"

// PublicationOrder is one rule on where a notice is published first.
type PublicationOrder struct {
	Notice string // which notice
	First  string // where it is published, or sent, first
	Then   string // where only afterwards
	Wait   Period // or after so long without news of the first publication; none: no such way out
	Event  string // what starts the wait
	Source Source
}

// PublicationOrders ranges over the rules for harmonised contracts. Below SARA
// only the profile is due; who publishes in the EU Journal all the same may
// (LCSP 135.2).
func PublicationOrders() iter.Seq[PublicationOrder] {
	return func(yield func(PublicationOrder) bool) {
		for _, o := range publicationOrders {
			if !yield(o) {
				return
			}
		}
	}
}

const (
	inJournal = "publication in the EU Journal"
	inProfile = "publication in the profile"
	receipt   = "confirmation that the notice was received"
)

var publicationOrders = []PublicationOrder{
	{"contract notice", inJournal, inProfile, Period{48, Hours}, receipt, lcsp("135.3", "antes de su publicación en el «Diario Oficial de la Unión Europea»")},
	{"prior information notice in the EU Journal", inJournal, "publication at national level", Period{48, Hours}, receipt, lcsp("134.4", "no se publicará a nivel nacional antes de aquella publicación")},
	{"prior information notice in the profile", "dispatch of the notice of its publication to the EU Publications Office", inProfile, Period{}, "", lcsp("134.5", "no se publicará en el perfil de contratante antes de que se envíe a la Oficina de Publicaciones de la Unión Europea el anuncio de su publicación")},
	{"notice of formalisation", inJournal, inProfile, Period{48, Hours}, receipt, lcsp("154.3", "antes de su publicación en el «Diario Oficial de la Unión Europea»")},
}

// HourReading is one way to count the hours of the wait of 135.3.
type HourReading struct {
	If     string
	First  Date // first day on which the wait is over, at the hour of the start
	Source Source
}

// HourReadings counts n hours from an hour of the day start in both ways that
// are held: natural hours, and hours of working days (LPAC 30.1, "salvo que
// por Ley o en el Derecho de la Unión Europea se disponga otro cómputo"). Since
// the package knows no clock, the answer is the day on which the wait ends, at
// the same hour as it began. n must be a multiple of 24.
func (k *Calendar) HourReadings(start Date, n int) ([]HourReading, error) {
	if n < 0 || n > MaxPeriod || n%24 != 0 {
		return nil, &Error{Code: "law.period", Input: Period{n, Hours}.String(), Msg: "not whole days", Write: "a multiple of 24 hours", Err: ErrPeriod}
	}
	if start.IsZero() {
		return nil, &Error{Code: "law.date", Msg: "no day to count from", Err: ErrDate}
	}
	natural := start.AddDays(n / 24)
	working, err := k.step(start, n/24, 1)
	if err != nil {
		return nil, err
	}
	if ok, err := k.Working(start); err != nil {
		return nil, err
	} else if !ok && n > 0 {
		// A start on a day that is not working runs from the first hour of the
		// next one, and ends at the end of its n/24th working day.
		working = working.AddDays(1)
	}
	return []HourReading{
		{"natural hours", natural, Source{Act: "LCSP", Article: "135.3", Mark: Unverified}},
		{"hours of working days", working, Source{Act: "LPAC", Article: "30.1", Quote: "Son hábiles todas las horas del día que formen parte de un día hábil", Mark: Unverified}},
	}, nil
}

var noticeSource = lcsp("DA 15.1", "siempre que el acto objeto de notificación se haya publicado el mismo día en el Perfil de contratante")

// NoticeStart is the day from which periods after a notification run (LCSP DA
// 15.1): that of its dispatch if the act was published in the profile the same
// day, that of its receipt otherwise. What is not known and matters gives an
// [*Unknown].
func NoticeStart(sent, received Date, publishedSameDay Truth) (Date, Source, error) {
	src := noticeSource
	unknown := func(because string, missing ...Fact) (Date, Source, error) {
		return Date{}, src, &Unknown{Code: "law.unknown.facts", Asked: "start of the periods after a notification", Because: because, Missing: missing, Source: src}
	}
	switch {
	case !sent.IsZero() && !received.IsZero() && received.Before(sent):
		return Date{}, src, &Error{Code: "law.date", Input: received.String(), Msg: "received before it was sent on " + sent.String(), Err: ErrDate}
	case publishedSameDay == Yes && !sent.IsZero():
		return sent, src, nil
	case publishedSameDay == No && !received.IsZero():
		return received, src, nil
	case publishedSameDay == NotKnown && !sent.IsZero() && sent == received:
		return sent, src, nil
	case publishedSameDay == NotKnown:
		return unknown("whether the act was published in the profile the same day is not known", "published the same day")
	}
	return unknown("the day was not given", FactDate)
}
