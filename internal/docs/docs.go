// Package docs holds the tests that keep the guides in docs/ true. It has no code.
package docs
