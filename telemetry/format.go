package telemetry

import (
	"bufio"
	"mime"
	"slices"
	"strings"
)

// Decoder turns a message of a format into rows. Implementations are the Decoder
// types of the format packages; each is for one goroutine at a time.
type Decoder interface {
	// Decode appends the rows of one message to dst. It does not keep src. The error
	// is an *Error; dst is then as it was before the call.
	Decode(dst *Batch, src []byte) error
}

// Encoder turns rows into a message of a format.
type Encoder interface {
	// Append appends one message with the rows of b to dst, and says what the format
	// could not carry. On an error dst comes back as it was.
	Append(dst []byte, b *Batch) ([]byte, Losses, error)
}

// Format describes a format package.
type Format struct {
	Name       string   // short, the package's: "senml"
	Title      string   // with the standard's edition
	MediaTypes []string // lower case, without parameters; the first is the one to send
	Coding     string   // content coding that messages are in by themselves, which the decoder takes off: "snappy"; mostly ""
	Extensions []string // of file names, with the dot
	NewDecoder func(Config) Decoder
	NewEncoder func() Encoder         // nil: the format is read only
	Split      func() bufio.SplitFunc // cuts a stream into records that Decode takes; nil: a stream is one record
}

// Registry is a list of formats, made by the caller, passed by value.
type Registry []Format

// ByName finds a format by its name.
func (r Registry) ByName(name string) (Format, bool) {
	i := slices.IndexFunc(r, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return r[i], true
}

// ByMediaType finds the first format that has a media type; parameters are left
// aside.
func (r Registry) ByMediaType(contentType string) (Format, bool) {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return Format{}, false
	}
	i := slices.IndexFunc(r, func(f Format) bool { return slices.Contains(f.MediaTypes, t) })
	if i < 0 {
		return Format{}, false
	}
	return r[i], true
}

// ByFileName finds the first format that has the extension of a file's name.
func (r Registry) ByFileName(name string) (Format, bool) {
	name = strings.ToLower(name)
	for _, f := range r {
		for _, e := range f.Extensions {
			if strings.HasSuffix(name, e) {
				return f, true
			}
		}
	}
	return Format{}, false
}
