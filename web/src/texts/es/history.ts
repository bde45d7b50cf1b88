export const history = {
};
