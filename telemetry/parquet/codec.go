package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// inflater undoes the compression of pages. parquet-go v0.32's own codecs are not used: they grow to whatever a page holds
// rather than to what its header says, and its LZ4_RAW hands out memory that was never written where a page is shrunk to
// more than a third.
type inflater struct {
	zstd   *zstd.Decoder
	gzip   *gzip.Reader
	brotli *brotli.Reader
	in     bytes.Reader
}

var errSize = errors.New("it does not decompress to the size in its header")

// inflate is src decompressed, of exactly size bytes, in dst if there is room, or src itself.
func (x *inflater) inflate(codec format.CompressionCodec, dst, src []byte, size int) ([]byte, error) {
	if codec == format.Uncompressed {
		if len(src) != size {
			return nil, errSize
		}
		return src, nil
	}
	if cap(dst) < size+slack {
		dst = make([]byte, size+slack)
	}
	dst = dst[:size]
	switch codec {
	case format.Snappy:
		if n, err := snappy.DecodedLen(src); err != nil || n != size {
			return nil, errors.Join(errSize, err)
		}
		return snappy.Decode(dst, src)
	case format.Zstd:
		if x.zstd == nil {
			var err error
			if x.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true)); err != nil {
				return nil, err
			}
		}
		out, err := x.zstd.DecodeAll(src, dst[:0:size])
		if err != nil || len(out) != size {
			return nil, errors.Join(errSize, err)
		}
		return dst, nil
	case format.Gzip:
		x.in.Reset(src)
		var err error
		if x.gzip == nil {
			x.gzip, err = gzip.NewReader(&x.in)
		} else {
			err = x.gzip.Reset(&x.in)
		}
		if err != nil {
			return nil, err
		}
		return dst, exactly(x.gzip, dst)
	case format.Brotli:
		x.in.Reset(src)
		if x.brotli == nil {
			x.brotli = brotli.NewReader(&x.in)
		} else if err := x.brotli.Reset(&x.in); err != nil {
			return nil, err
		}
		return dst, exactly(x.brotli, dst)
	case format.Lz4Raw:
		if n, err := lz4.UncompressBlock(src, dst); err != nil || n != size {
			return nil, errors.Join(errSize, err)
		}
		return dst, nil
	}
	return nil, fmt.Errorf("compression %v is not supported; write the file with zstd or snappy", codec)
}

// exactly reads r into dst, and no more.
func exactly(r io.Reader, dst []byte) error {
	if _, err := io.ReadFull(r, dst); err != nil {
		return errors.Join(errSize, err)
	}
	var one [1]byte
	if n, err := r.Read(one[:]); n != 0 || err != nil && err != io.EOF {
		return errors.Join(errSize, err)
	}
	return nil
}
