package otlp

// kind is the type of a field.
type kind uint8

const (
	text kind = iota
	blob      // base64 in JSON
	boolean
	fixed   // fixed64
	sfixed  // sfixed64
	double  //
	varint  // uint64
	short   // uint32
	integer // int64, int32
	zigzag  // sint32
	enum    // of temporality
	message
)

// field is a field of a message, as the .proto files of opentelemetry-proto v1 have it.
type field struct {
	num      int32
	name     string // in JSON
	kind     kind
	repeated bool
	of       messageID // of kind message
}

type messageID uint8

const (
	mRequest messageID = iota
	mResourceMetrics
	mResource
	mScopeMetrics
	mScope
	mMetric
	mGauge
	mSum
	mHistogram
	mExponential
	mSummary
	mNumberPoint
	mHistogramPoint
	mExponentialPoint
	mBuckets
	mSummaryPoint
	mQuantile
	mKeyValue
	mAny
	mArray
	mList
	mExemplar
)

// schema has the fields of every message by number.
var schema = [...][]field{
	mRequest:         {{1, "resourceMetrics", message, true, mResourceMetrics}},
	mResourceMetrics: {{1, "resource", message, false, mResource}, {2, "scopeMetrics", message, true, mScopeMetrics}, {3, "schemaUrl", text, false, 0}},
	mResource:        {{1, "attributes", message, true, mKeyValue}, {2, "droppedAttributesCount", short, false, 0}},
	mScopeMetrics:    {{1, "scope", message, false, mScope}, {2, "metrics", message, true, mMetric}, {3, "schemaUrl", text, false, 0}},
	mScope:           {{1, "name", text, false, 0}, {2, "version", text, false, 0}, {3, "attributes", message, true, mKeyValue}, {4, "droppedAttributesCount", short, false, 0}},
	mMetric: {
		{1, "name", text, false, 0}, {2, "description", text, false, 0}, {3, "unit", text, false, 0}, {5, "gauge", message, false, mGauge},
		{7, "sum", message, false, mSum}, {9, "histogram", message, false, mHistogram}, {10, "exponentialHistogram", message, false, mExponential},
		{11, "summary", message, false, mSummary}, {12, "metadata", message, true, mKeyValue},
	},
	mGauge:       {{1, "dataPoints", message, true, mNumberPoint}},
	mSum:         {{1, "dataPoints", message, true, mNumberPoint}, {2, "aggregationTemporality", enum, false, 0}, {3, "isMonotonic", boolean, false, 0}},
	mHistogram:   {{1, "dataPoints", message, true, mHistogramPoint}, {2, "aggregationTemporality", enum, false, 0}},
	mExponential: {{1, "dataPoints", message, true, mExponentialPoint}, {2, "aggregationTemporality", enum, false, 0}},
	mSummary:     {{1, "dataPoints", message, true, mSummaryPoint}},
	mNumberPoint: {
		{2, "startTimeUnixNano", fixed, false, 0}, {3, "timeUnixNano", fixed, false, 0}, {4, "asDouble", double, false, 0},
		{5, "exemplars", message, true, mExemplar}, {6, "asInt", sfixed, false, 0}, {7, "attributes", message, true, mKeyValue}, {8, "flags", short, false, 0},
	},
	mHistogramPoint: {
		{2, "startTimeUnixNano", fixed, false, 0}, {3, "timeUnixNano", fixed, false, 0}, {4, "count", fixed, false, 0}, {5, "sum", double, false, 0},
		{6, "bucketCounts", fixed, true, 0}, {7, "explicitBounds", double, true, 0}, {8, "exemplars", message, true, mExemplar},
		{9, "attributes", message, true, mKeyValue}, {10, "flags", short, false, 0}, {11, "min", double, false, 0}, {12, "max", double, false, 0},
	},
	mExponentialPoint: {
		{1, "attributes", message, true, mKeyValue}, {2, "startTimeUnixNano", fixed, false, 0}, {3, "timeUnixNano", fixed, false, 0},
		{4, "count", fixed, false, 0}, {5, "sum", double, false, 0}, {6, "scale", zigzag, false, 0}, {7, "zeroCount", fixed, false, 0},
		{8, "positive", message, false, mBuckets}, {9, "negative", message, false, mBuckets}, {10, "flags", short, false, 0},
		{11, "exemplars", message, true, mExemplar}, {12, "min", double, false, 0}, {13, "max", double, false, 0}, {14, "zeroThreshold", double, false, 0},
	},
	mBuckets: {{1, "offset", zigzag, false, 0}, {2, "bucketCounts", varint, true, 0}},
	mSummaryPoint: {
		{2, "startTimeUnixNano", fixed, false, 0}, {3, "timeUnixNano", fixed, false, 0}, {4, "count", fixed, false, 0}, {5, "sum", double, false, 0},
		{6, "quantileValues", message, true, mQuantile}, {7, "attributes", message, true, mKeyValue}, {8, "flags", short, false, 0},
	},
	mQuantile: {{1, "quantile", double, false, 0}, {2, "value", double, false, 0}},
	mKeyValue: {{1, "key", text, false, 0}, {2, "value", message, false, mAny}},
	mAny: {
		{1, "stringValue", text, false, 0}, {2, "boolValue", boolean, false, 0}, {3, "intValue", integer, false, 0}, {4, "doubleValue", double, false, 0},
		{5, "arrayValue", message, false, mArray}, {6, "kvlistValue", message, false, mList}, {7, "bytesValue", blob, false, 0},
	},
	mArray: {{1, "values", message, true, mAny}},
	mList:  {{1, "values", message, true, mKeyValue}},
	mExemplar: {
		{2, "timeUnixNano", fixed, false, 0}, {3, "asDouble", double, false, 0}, {4, "spanId", text, false, 0}, {5, "traceId", text, false, 0}, // of no use here
		{6, "asInt", sfixed, false, 0}, {7, "filteredAttributes", message, true, mKeyValue},
	},
}

// isPoint reports whether a message is a data point, which is a record.
func isPoint(m messageID) bool {
	return m == mNumberPoint || m == mHistogramPoint || m == mExponentialPoint || m == mSummaryPoint
}

var temporalities = [...]string{"unspecified", "delta", "cumulative"}

func byName(m messageID, name []byte) *field {
	for i := range schema[m] {
		if f := &schema[m][i]; f.name == string(name) {
			return f
		}
	}
	return nil
}

func byNumber(m messageID, num int32) *field {
	for i := range schema[m] {
		if f := &schema[m][i]; f.num == num {
			return f
		}
	}
	return nil
}
