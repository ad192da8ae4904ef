package csvw_test

import (
	"fmt"
	"strings"

	"github.com/almotacen/almotacen/opendata/csvw"
)

func Example() {
	t := csvw.Table{
		URL:   "waste.csv",
		Title: csvw.Text{"es": "Residuos", "en": "Waste"},
		Columns: []csvw.Column{
			{Name: "city_code", Titles: csvw.Text{"es": "Código INE", "en": "INE code"}, Required: true, Format: "[0-9]{5}"},
			{Name: "value", Titles: csvw.Text{"es": "Valor", "en": "Value"}, Datatype: "double", PropertyURL: "http://purl.org/linked-data/sdmx/2009/measure#obsValue"},
		},
		PrimaryKey: []string{"city_code"},
	}
	w := csvw.NewWriter(t)
	w.Row("28079", csvw.Number(381.5))
	w.Row("08019", "")
	file, err := w.Bytes()
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(strings.ReplaceAll(string(file), "\r\n", "⏎\n"))
	metadata, err := t.AppendMetadata(nil)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(csvw.MetadataName(t.URL))
	_, columns, _ := strings.Cut(string(metadata), `"columns"`)
	fmt.Print(columns)
	// Output:
	// city_code,value⏎
	// 28079,381.5⏎
	// 08019,⏎
	// waste.csv-metadata.json
	// : [
	//       {
	//         "name": "city_code",
	//         "titles": {
	//           "und": "city_code",
	//           "en": "INE code",
	//           "es": "Código INE"
	//         },
	//         "datatype": {
	//           "base": "string",
	//           "format": "[0-9]{5}"
	//         },
	//         "required": true,
	//         "null": ""
	//       },
	//       {
	//         "name": "value",
	//         "titles": {
	//           "und": "value",
	//           "en": "Value",
	//           "es": "Valor"
	//         },
	//         "datatype": "double",
	//         "null": "",
	//         "propertyUrl": "http://purl.org/linked-data/sdmx/2009/measure#obsValue"
	//       }
	//     ],
	//     "primaryKey": [
	//       "city_code"
	//     ]
	//   }
	// }
}
