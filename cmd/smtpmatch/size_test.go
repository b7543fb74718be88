package main

import "testing"

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"512MiB": 512 << 20, "1gib": 1 << 30, "1.5 GiB": 3 << 29, "2GB": 2e9, "64kb": 64e3, "4096": 4096, "7B": 7, " 1TiB ": 1 << 40, "0": 0,
		"": -1, "MiB": -1, "-1GiB": -1, "many": -1, "1XB": -1, "9999999TiB": -1, "NaN": -1, "1e30": -1,
	} {
		got := size(-1)
		if err := got.UnmarshalText([]byte(text)); (err != nil) != (want < 0) || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
}
