package indicators

// Network is the cities of a measurement. One made by [LoadNetwork] or
// [NewNetwork] is valid; it is to be read only and then safe for concurrent use.
type Network struct {
	ID        string      `json:"id"`
	Title     Text        `json:"title"`
	Groups    []Group     `json:"groups,omitempty"`    // RECI, Innpulso
	Structure []Structure `json:"structure,omitempty"` // what makes cities alike
	Cities    []City      `json:"cities"`              // sorted by Code

	src   *source
	index map[string]int // city code → position
}

// Group is an association of cities.
type Group struct {
	ID    string `json:"id"`
	Label Text   `json:"label"`
	URL   string `json:"url,omitempty"`
}

// Structure is a variable or indicator by which peers are found.
type Structure struct {
	ID     string  `json:"id"`               // variable or indicator id
	Log    bool    `json:"log,omitempty"`    // compare logarithms
	Weight float64 `json:"weight,omitempty"` // default 1
}

// City is a municipality.
type City struct {
	Code         string        `json:"code"`      // INE, five digits
	Name         string        `json:"name"`      // as its people write it: "A Coruña"
	Province     string        `json:"province"`  // name
	Community    string        `json:"community"` // name
	DIR3         string        `json:"dir3,omitempty"`
	Latitude     *float64      `json:"latitude,omitempty"`
	Longitude    *float64      `json:"longitude,omitempty"`
	Reference    bool          `json:"reference,omitempty"` // measured beside the members, never ranked with them
	Memberships  []Membership  `json:"memberships,omitempty"`
	Since        string        `json:"since,omitempty"` // ISO date the municipality began, if later than the data
	Predecessors []Predecessor `json:"predecessors,omitempty"`
	Comments     []Comment     `json:"comments,omitempty"` // the city's own words on an indicator
}

// Membership is a dated fact with its source.
type Membership struct {
	Group  string `json:"group"`
	Role   string `json:"role"`   // member, friend
	Stated string `json:"stated"` // when the text says it: 2012-06, 2016/2017
	Source string `json:"source"`
}

// Predecessor is a municipality that was merged into a city.
type Predecessor struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Until string `json:"until"` // ISO date of the merger
}

// Comment is what a city says of a figure.
type Comment struct {
	Indicator string `json:"indicator"`
	Text      Text   `json:"text"`
}
