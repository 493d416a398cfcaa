//go:build tools

// Package tools pins kwok, which plays the nodes and pods of the cluster tests.
package tools

import (
	_ "sigs.k8s.io/kwok/cmd/kwok"
	_ "sigs.k8s.io/kwok/cmd/kwokctl"
)
