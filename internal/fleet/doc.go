// Package fleet keeps services as they should be. What a service is to come to (its
// Goal) is in the store; a reconciler for each service makes it so through a Driver and
// writes down what it observes (its State) through the Ledger.
//
// Nothing that the fleet knows is needed to go on: after a kill -9 at any point what was
// done is found again, and every step may be done twice. Servers outlive the fleet.
package fleet
