package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"
)

type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) say(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, s)
}

func (l *lines) has(s string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(strings.Join(l.all, "\n"), s)
}

// TestNothingLost: every reading that the broker confirmed is in the archive, though broker restarts in
// the middle.
func TestNothingLost(t *testing.T) {
	var l lines
	require.NoError(t, run(t.TempDir(), 60, l.say))
	require.True(t, l.has("0 lost"), l.all)
	require.True(t, l.has("broker is back"))
}

// TestAway: what comes while the archive's program is away, or while it stops without having stored, comes
// when it is back.
func TestAway(t *testing.T) {
	dir := t.TempDir()
	b, err := startBroker("127.0.0.1:0", filepath.Join(dir, "broker"))
	require.NoError(t, err)
	archive := filepath.Join(dir, "a.alm")
	var l lines
	c := Config{Broker: b.address, ClientID: "archive", Topic: "city/air/#", File: archive, Say: l.say}
	start := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- keep(ctx, c) }()
		return func() {
			cancel()
			require.NoError(t, <-done)
		}
	}
	has := func(n int) {
		require.Eventually(t, func() bool { got, _, err := count(archive); return err == nil && got == n }, 20*time.Second, 20*time.Millisecond)
	}
	stop := start()
	require.Eventually(t, func() bool { return l.has("subscribed") }, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, sensor(t.Context(), b.address, "a", 5))
	has(5)
	stop()
	require.NoError(t, sensor(t.Context(), b.address, "b", 5)) // nobody is there
	address := b.address
	b.stop()
	b, err = startBroker(address, filepath.Join(dir, "broker"))
	require.NoError(t, err)
	stop = start()
	has(10)
	stop()
	b.stop()
}

// TestBadMessage: a payload that does not decode is told once and does not come for ever.
func TestBadMessage(t *testing.T) {
	dir := t.TempDir()
	b, err := startBroker("127.0.0.1:0", filepath.Join(dir, "broker"))
	require.NoError(t, err)
	defer b.stop()
	var l lines
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	archive := filepath.Join(dir, "a.alm")
	go func() {
		done <- keep(ctx, Config{Broker: b.address, ClientID: "archive", Topic: "city/air/#", File: archive, Say: l.say})
	}()
	require.Eventually(t, func() bool { return l.has("subscribed") }, 20*time.Second, 10*time.Millisecond)
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker("tcp://" + b.address))
	client.Connect().Wait()
	for i, payload := range []string{"no line", "air,id=x no2=1 1\n", "", "air,id=x no2=NaN"} {
		tok := client.Publish(fmt.Sprint("city/air/", i), 1, false, payload)
		require.True(t, tok.WaitTimeout(20*time.Second))
	}
	require.Eventually(t, func() bool { n, _, err := count(archive); return err == nil && n == 1 && l.has("city/air/3") }, 20*time.Second, 20*time.Millisecond)
	client.Disconnect(10)
	cancel()
	require.NoError(t, <-done)
}
