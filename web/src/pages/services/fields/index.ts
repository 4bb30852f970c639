export { accessOf, entriesOf, isOpen, type Access } from './access';
export { AccessFields } from './AccessFields';
export { PlaceFields } from './PlaceFields';
export { checkMemory, checkReplicas, checkSize, limits, memoryOf, scalingOf, sizeShape, whole, type Mode, type Size } from './size';
export { IdleFields, SizeFields } from './SizeFields';
export { TagRows } from './TagRows';
export { checkTags, tagsIn, tagsOf, type Tag } from './tags';
