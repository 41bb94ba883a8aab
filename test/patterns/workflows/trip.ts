/** Saga with compensation: a car, a hotel and a flight are booked, or none of them is. */
import { defineStep, saga, workflow } from 'lull';
import { outside } from './outside.ts';

export interface Trip {
  readonly id: string;
  /** There are no seats. */
  readonly isFull?: boolean;
}

const bookCar = defineStep('book car', ({ id }: Trip) => outside.does(`car for ${id}`));
const cancelCar = defineStep('cancel car', (booking: string) => outside.does(`no ${booking}`));
const bookHotel = defineStep('book hotel', ({ id }: Trip) => outside.does(`hotel for ${id}`));
const cancelHotel = defineStep('cancel hotel', (booking: string) => outside.does(`no ${booking}`));
const bookFlight = defineStep('book flight', { retry: false }, ({ id, isFull }: Trip) => {
  if (isFull === true) throw new Error('no seats');
  return outside.does(`flight for ${id}`);
});

export const bookTrip = workflow('book-trip', function* (trip: Trip) {
  return yield* saga(function* (booking) {
    const car = yield* bookCar(trip);
    booking.onFailure(() => cancelCar(car));
    const hotel = yield* bookHotel(trip);
    booking.onFailure(() => cancelHotel(hotel));
    return [car, hotel, yield* bookFlight(trip)];
  });
});
