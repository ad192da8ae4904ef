// Command mqtt receives telemetry over MQTT, at least once, and keeps it in an archive. It needs nothing
// installed: it brings a broker and three sensors of its own, and restarts the broker in the middle.
//
//	go run .
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func main() {
	out := flag.String("out", "out", "folder for the archive and the broker's store")
	readings := flag.Int("readings", 40, "readings of each sensor")
	flag.Parse()
	if err := run(*out, *readings, func(s string) { fmt.Println(s) }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out string, readings int, say func(string)) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	archive, store := filepath.Join(out, "readings.alm"), filepath.Join(out, "broker")
	for _, name := range []string{archive, store} { // a fresh run
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	b, err := startBroker("127.0.0.1:0", store)
	if err != nil {
		return err
	}
	say("broker on " + b.address)

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	kept := make(chan error, 1)
	subscribed := make(chan struct{}, 100)
	go func() {
		kept <- keep(ctx, Config{Broker: b.address, ClientID: "archive", Topic: "city/air/#", File: archive, Say: say,
			Subscribed: func() { subscribed <- struct{}{} }})
	}()
	select {
	case <-subscribed:
	case err := <-kept:
		return err
	case <-time.After(20 * time.Second):
		return errors.New("no subscription after 20 s")
	}

	published := make(chan error, 3)
	for s := range 3 {
		go func() { published <- sensor(ctx, b.address, fmt.Sprint("station-", s), readings) }()
	}
	time.Sleep(500 * time.Millisecond)
	b.stop()
	say("broker stopped; the sensors go on and wait for it")
	time.Sleep(300 * time.Millisecond)
	if b, err = startBroker(b.address, store); err != nil {
		return err
	}
	say("broker is back")
	for range 3 {
		if err := <-published; err != nil {
			return err
		}
	}
	say(fmt.Sprintf("%d readings published and confirmed by the broker", 3*readings))
	for range 100 { // what the broker has confirmed may still be on its way
		n, _, err := count(archive)
		if err != nil {
			return err
		}
		if n >= 3*readings {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	cancel()
	if err := <-kept; err != nil {
		return err
	}
	b.stop()
	different, rows, err := count(archive)
	if err != nil {
		return err
	}
	say(fmt.Sprintf("%s has %d readings, %d of them different: %d lost", archive, rows, different, 3*readings-different))
	if different != 3*readings {
		return fmt.Errorf("%d readings were lost", 3*readings-different)
	}
	return nil
}
