package provisioning

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/almotacen/almotacen/internal/testcorpus"
	"github.com/almotacen/almotacen/telemetry"
)

// What one posts to the IoT agent is what the codecs take.
func ExampleLoad() {
	devices, err := Load([]byte(`{"devices": [{"device_id": "s4", "entity_name": "urn:ngsi-ld:Device:s4", "entity_type": "Device", "attributes": [
		{"object_id": "t", "name": "temperature", "type": "Number", "metadata": {"unitCode": {"type": "Text", "value": "CEL"}}}]}]}`))
	fmt.Println(devices[0].EntityOf(), devices[0].Attributes[0].Object(), devices[0].Attributes[0].Unit.Unit, err)
	// Output:
	// {urn:ngsi-ld:Device:s4 Device} t Cel <nil>
}

func TestLoad(t *testing.T) {
	for src, kind := range map[string]error{
		`[1]`: telemetry.ErrSyntax,
		`{"devices":[{"device_id":"a","attributes":[{"name":"x","expression":"@t*2"}]}]}`:                                       telemetry.ErrUnsupported,
		`{"devices":[{"device_id":"a","attributes":[{"name":"x"},{"object_id":"x","name":"y"}]},{"attributes":[{"name":""}]}]}`: telemetry.ErrUnsupported,
		`{"devices":[{"device_id":"a","attributes":[{"object_id":"b","name":"x"},{"object_id":"c","name":"x"}]}]}`:              telemetry.ErrUnsupported,
	} {
		_, err := Load([]byte(src))
		require.ErrorIs(t, err, kind, src)
	}
	d, err := Load([]byte(`{"device_id":"a","entity_type":"T","attributes":[{"name":"x","metadata":{"unit":{"value":"ºC"}}}]}`))
	require.NoError(t, err)
	require.Equal(t, telemetry.Entity{ID: "a", Type: "T"}, d[0].EntityOf())
	require.Equal(t, "Cel", d[0].Attributes[0].Unit.Unit.String())
	d, err = Load([]byte(`{"services":[{"entity_type":"T"}]}`))
	require.NoError(t, err)
	require.Len(t, d, 1)
	d, err = Load([]byte(`{}`))
	require.NoError(t, err)
	require.Empty(t, d)
}

// The provisioning files of the agents' tests load, but for those with expressions.
func TestConformanceProvisioning(t *testing.T) {
	pass, fail := 0, 0
	var skips []string
	for _, agent := range []string{"ultralight", "iota-json"} {
		root := testcorpus.Dir(t, "telemetry/"+agent)
		err := filepath.Walk(root, func(name string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() || !strings.Contains(name, "Provisioning/") || strings.HasPrefix(filepath.Base(name), "update") {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			devices, err := Load(data)
			switch {
			case err != nil && strings.Contains(err.Error(), "expression"):
				skips = append(skips, agent+": an attribute with an expression is refused")
			case err != nil || len(devices) == 0:
				fail++
				t.Errorf("%s: %d devices, %v", name, len(devices), err)
			default:
				pass++
			}
			return nil
		})
		require.NoError(t, err)
	}
	testcorpus.Conformance(t, "telemetry/provisioning", pass, fail, skips)
}
