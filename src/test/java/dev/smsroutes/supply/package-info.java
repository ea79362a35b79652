/** What the build ships: its bill of materials, the licences in it, and the bytes of its files. */
package dev.smsroutes.supply;
