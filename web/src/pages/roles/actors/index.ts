export { ActorPicker } from './ActorPicker';
export { Chips } from './Chips';
export { idOf, kindOf, useActorNames, type Actor } from './names';
export { useSettled } from './useActorSearch';
